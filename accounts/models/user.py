"""Accounts of people."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.hub_usernames import HUB_USERNAME_PATTERN, LONGEST_HUB_USERNAME
from accounts.models.issued_hub_username import IssuedHubUsername
from accounts.models.stored_values import StoredValues
from accounts.usernames import LONGEST_USERNAME, fold_username, username_validators
from portal.persian.text import fold_digits, fold_name, search_key

LONGEST_NAME = 150  # characters, of Django's columns of given and family names


class HubUsernameIsImmutableError(Exception):
    """A saved account was given another Hub name; its files would stay under the first."""


class AccountManager(UserManager["User"]):
    """Create accounts with passwords folded as in User.set_password."""

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

    def bulk_create(self, objs: Iterable["User"], *args: Any, **more: Any) -> list["User"]:
        users = list(objs)
        for user in users:
            user.set_names_for_search()
        return super().bulk_create(users, *args, **more)


class User(StoredValues, AbstractUser):
    """A person with an account.

    `hub_username` is the name of this person's user, home and server on the Hub. The first save
    issues it. No other account ever gets it, not even after deletion.
    """

    class Language(models.TextChoices):
        PERSIAN = "fa", _("Persian")
        ENGLISH = "en", _("English")

    username = models.CharField(
        _("username"),
        max_length=LONGEST_USERNAME,
        unique=True,
        validators=username_validators,
        error_messages={"unique": _("This username is taken.")},
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
    names_for_search = models.TextField(
        editable=False,
        default="",
        # Of the database too, here and below: during an upgrade, old processes still add rows.
        db_default="",
        help_text="search_key of the names. Folding them in each search takes ten times as long.",
    )
    hub_claim_expires_at = models.DateTimeField(
        null=True, editable=False, help_text="One worker at a time makes the Hub's user."
    )

    password_change_required = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Somebody else set the password; its owner has to choose another first.",
    )
    signed_up = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Made by its owner at sign-up. Staff vouch for all other accounts.",
    )

    hub_user_may_be_older = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="The Hub may have had this user, with files, before the account.",
    )
    first_steps_dismissed = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="The dashboard shows its owner no first steps any more.",
    )

    deletion_requested_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Set for an anonymised account, whose row goes once the Hub has forgotten it.",
    )

    session_generation = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Sessions of an earlier generation are refused (services/end_sessions.py).",
    )

    objects: ClassVar[AccountManager] = AccountManager()

    RECORDED_COLUMNS = frozenset({"hub_username", "password"})
    SEARCHED_NAMES = frozenset({"username", "first_name", "last_name"})

    # Workers and services write these by UPDATEs of their own. A page that loaded the account
    # before such an UPDATE and saves it afterwards must not restore the old values.
    FIELDS_OF_WORKERS = frozenset(
        {
            "hub_username",
            "hub_user_created_at",
            "hub_claim_expires_at",
            "session_generation",
            "password_change_required",
            "hub_user_may_be_older",
            "first_steps_dismissed",
        }
    )

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
                violation_error_message=_("Another account has this email address."),
            ),
        ]

    _password: str | None  # Django's: the plain text, from set_password until it is saved

    @property
    def password_was_replaced(self) -> bool:
        """Whether this instance has another password than the row it was read from.

        Django also writes a new hash of the same password, at a sign-in, when the hasher's
        settings changed. That is no change: it leaves no plain password behind.
        """
        if self.password == self.stored_value("password"):
            return False
        return self._password is not None or not self.has_usable_password()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session has to carry. Django's own is a hash of the password alone."""
        return salted_hmac(
            "accounts.models.User.session",
            f"{self.session_generation}:{self.password}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @classmethod
    def normalize_username(cls, username: str) -> str:
        # Django's forms pass None for a name that is already refused.
        return fold_username(username) if isinstance(username, str) else username

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()
        validate_length = MaxLengthValidator(LONGEST_NAME)
        for name in ("first_name", "last_name"):
            folded = fold_name(getattr(self, name))
            setattr(self, name, folded)
            try:  # a composed letter may become two: the form has counted what was typed
                validate_length(folded)
            except ValidationError as error:
                raise ValidationError({name: error.messages}) from error

    def set_password(self, raw_password: str | None) -> None:
        """Set the password with Latin digits, so that Persian and Latin keyboards are equal."""
        super().set_password(raw_password and fold_digits(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(raw_password and fold_digits(raw_password))

    def set_names_for_search(self) -> None:
        """Fold the names as `search_key` folds a search term."""
        self.names_for_search = search_key(f"{self.username} {self.first_name} {self.last_name}")

    def save(self, **kwargs: Any) -> None:
        """Save the account; the first save issues its Hub name.

        Raises:
            HubUsernameIsImmutableError: the Hub name was changed.
        """
        fields = kwargs.get("update_fields")
        if fields is None or self.SEARCHED_NAMES.intersection(fields):
            self.set_names_for_search()
            if fields is not None:
                kwargs["update_fields"] = fields = {*fields, "names_for_search"}
        if self._state.adding:
            self._save_first(**kwargs)
            return
        changed = self.__dict__.get("hub_username") != self.stored_value("hub_username")
        if changed or (fields is not None and "hub_username" in fields):
            raise HubUsernameIsImmutableError(self.pk)
        if fields is None:
            left_out = self.FIELDS_OF_WORKERS | self.get_deferred_fields()
            kwargs["update_fields"] = [
                field.name
                for field in self._meta.concrete_fields
                if not field.primary_key and field.attname not in left_out
            ]
        with transaction.atomic():  # together with the revocation of access that a signal may add
            super().save(**kwargs)
        if fields is None or "password" in fields:
            self.record_stored(["password"])

    def _save_first(self, **kwargs: Any) -> None:
        self.email = self.email.lower()  # the spelling that allauth searches at sign-in
        with transaction.atomic():
            if self.hub_username:
                IssuedHubUsername.objects.create(name=self.hub_username)
            else:
                self.hub_username = IssuedHubUsername.issue(self.username)
            super().save(**kwargs)
            IssuedHubUsername.objects.filter(pk=self.hub_username).update(issued_to=self)
        self.record_stored(self.RECORDED_COLUMNS)
