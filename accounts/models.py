"""Who people are, and which names on the Hub were ever theirs."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.hub_usernames import (
    HUB_USERNAME_PATTERN,
    LONGEST_HUB_USERNAME,
    propose_hub_usernames,
)
from accounts.usernames import LONGEST_USERNAME, username_validators
from portal.persian_text import fold_digits


class HubUsernameIsImmutableError(Exception):
    """A saved account was given another Hub name; its files stay under the first."""


class IssuedHubUsername(models.Model):
    """A Hub name that some account has or had: never issued again, whoever is deleted."""

    name = models.CharField(max_length=LONGEST_HUB_USERNAME, primary_key=True)
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("issued Hub name")
        verbose_name_plural = _("issued Hub names")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, username: str) -> str:
        """Return the first proposal for `username` that nobody has or had, now recorded."""
        return next(name for name in propose_hub_usernames(username) if cls._record_new(name))

    @classmethod
    def _record_new(cls, name: str) -> bool:
        try:
            # A savepoint: on PostgreSQL a refused insert would end the whole transaction.
            with transaction.atomic():
                cls.objects.create(name=name)
        except IntegrityError:
            return False
        return True


class User(AbstractUser):
    """A person with an account.

    `hub_username` is the name of this person's user, home and server on the Hub. It is issued
    once, when the account is first saved, and belongs to no one else even after deletion.
    """

    class Language(models.TextChoices):
        PERSIAN = "fa", _("Persian")
        ENGLISH = "en", _("English")

    username = models.CharField(
        _("user name"),
        max_length=LONGEST_USERNAME,
        unique=True,
        validators=username_validators,
        error_messages={"unique": _("This user name is taken.")},
    )
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.PERSIAN
    )
    hub_username = models.CharField(
        _("name on the Hub"), max_length=LONGEST_HUB_USERNAME, unique=True, editable=False
    )
    hub_user_created_at = models.DateTimeField(
        _("made on the Hub at"),
        null=True,
        editable=False,
        help_text=_("When the Hub's user of this name became this account's; empty until then."),
    )
    hub_claim_expires_at = models.DateTimeField(
        null=True, editable=False, help_text="One worker at a time makes the Hub's user."
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hub_username__regex=HUB_USERNAME_PATTERN),
                name="hub_username_is_legal",
            ),
            models.UniqueConstraint(
                Lower("email"), condition=~models.Q(email=""), name="email_is_one_persons"
            ),
        ]

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any) -> "User":
        user = super().from_db(db, field_names, values)
        user._stored_hub_username = user.__dict__.get("hub_username")
        return user

    def set_password(self, raw_password: str | None) -> None:
        """Digits of a password are the same on a Persian and on a Latin keyboard."""
        super().set_password(raw_password and fold_digits(raw_password))

    def check_password(self, raw_password: str) -> bool:
        return super().check_password(fold_digits(raw_password))

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            stored = getattr(self, "_stored_hub_username", None)
            if stored is not None and self.__dict__.get("hub_username", stored) != stored:
                raise HubUsernameIsImmutableError(self.pk)
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            if self.hub_username:
                IssuedHubUsername.objects.create(name=self.hub_username)
            else:
                self.hub_username = IssuedHubUsername.issue(self.username)
            super().save(*args, **kwargs)
        self._stored_hub_username = self.hub_username
