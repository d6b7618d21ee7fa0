"""Who people are."""

from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.hub_usernames import HUB_USERNAME_PATTERN, LONGEST_HUB_USERNAME
from accounts.models.issued_hub_username import IssuedHubUsername
from accounts.usernames import LONGEST_USERNAME, fold_username, username_validators
from portal.persian.text import fold_digits, fold_letters


class HubUsernameIsImmutableError(Exception):
    """A saved account was given another Hub name; its files stay under the first."""


class AccountManager(UserManager["User"]):
    """Makes accounts with passwords as User.set_password would have them."""

    use_in_migrations = False

    def create_user(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> "User":
        return super().create_user(username, email, password and fold_digits(password), **more)

    def create_superuser(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> "User":
        return super().create_superuser(username, email, password and fold_digits(password), **more)


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
        _("created on the Hub at"),
        null=True,
        editable=False,
        help_text=_("When this account was linked to the Hub user of this name; empty until then."),
    )
    hub_claim_expires_at = models.DateTimeField(
        null=True, editable=False, help_text="One worker at a time makes the Hub's user."
    )

    objects: ClassVar[AccountManager] = AccountManager()

    # Written by workers, each by an UPDATE of its own. A page that saves an account which it read
    # a moment before must not bring the old values back.
    NEVER_SAVED_AGAIN = frozenset({"hub_username", "hub_user_created_at", "hub_claim_expires_at"})

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hub_username__regex=HUB_USERNAME_PATTERN),
                name="hub_username_is_legal",
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="email_is_one_persons",
                violation_error_message=_("Another account has this e-mail address."),
            ),
        ]

    _stored_hub_username: str | None = None

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any
    ) -> Self:
        user = super().from_db(db, field_names, values, **kwargs)
        user._note_stored_hub_username()
        return user

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Self] | None = None,
    ) -> None:
        names = None if fields is None else list(fields)
        super().refresh_from_db(using, names, from_queryset)
        if names is None or "hub_username" in names:
            self._note_stored_hub_username()

    def _note_stored_hub_username(self) -> None:
        self._stored_hub_username = self.__dict__.get("hub_username")

    @classmethod
    def normalize_username(cls, username: str) -> str:
        # Django's forms leave None where the name is refused already.
        return fold_username(username) if isinstance(username, str) else username

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()
        self.first_name = fold_letters(self.first_name).strip()
        self.last_name = fold_letters(self.last_name).strip()

    def set_password(self, raw_password: str | None) -> None:
        """Digits of a password are the same on a Persian and on a Latin keyboard."""
        super().set_password(raw_password and fold_digits(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(raw_password and fold_digits(raw_password))

    def save(self, **kwargs: Any) -> None:
        """Save the account, with a Hub name of its own the first time and never another after.

        Raises HubUsernameIsImmutableError.
        """
        if self._state.adding:
            self._save_first(**kwargs)
            return
        fields = kwargs.get("update_fields")
        changed = self.__dict__.get("hub_username") != self._stored_hub_username
        if changed or (fields is not None and "hub_username" in fields):
            raise HubUsernameIsImmutableError(self.pk)
        if fields is None:
            left_out = self.NEVER_SAVED_AGAIN | self.get_deferred_fields()
            kwargs["update_fields"] = [
                field.name
                for field in self._meta.concrete_fields
                if not field.primary_key and field.attname not in left_out
            ]
        with transaction.atomic():  # with what follows from it: no access without its revocation
            super().save(**kwargs)

    def _save_first(self, **kwargs: Any) -> None:
        self.email = self.email.lower()  # as allauth looks for it at sign-in
        with transaction.atomic():
            if self.hub_username:
                IssuedHubUsername.objects.create(name=self.hub_username)
            else:
                self.hub_username = IssuedHubUsername.issue(self.username)
            super().save(**kwargs)
            IssuedHubUsername.objects.filter(pk=self.hub_username).update(issued_to=self)
        self._note_stored_hub_username()
