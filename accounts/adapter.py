"""Adapter of allauth: what its settings cannot express."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.manage_email import emit_email_changed
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.http import HttpRequest
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import audit_log, guessing, rate_limits
from accounts.middleware import chosen_language
from accounts.models import User
from accounts.reserved_names import is_reserved_username
from accounts.services.settle_addresses import (
    drop_claims,
    is_confirmed_elsewhere,
    release_claims,
)
from portal.enqueue import enqueue_on_commit
from portal.mail.send import enqueue_mail
from portal.mail.tasks import deliver_mail
from portal.persian.text import fold_digits

CONFIRMED_ADDRESS_STAGE = "accounts.stages.ConfirmedAddressStage"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGNUP_OPEN

    def new_user(self, request: HttpRequest) -> User:
        """Return an account in the language of the sign-up page."""
        return User(language=chosen_language(request), signed_up=True)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Verify a password, of a sign-in or of a person who proves it again.

        Raises:
            TooManyGuesses: it was not verified.
        """
        whose = guessing.account_of(
            username=credentials.get("username", ""), email=credentials.get("email", "")
        )
        guess = guessing.begin(request, guessing.PASSWORD, whose)
        if isinstance(whose, User):
            # The account that counts is the only one whose password is tried.
            credentials |= {"username": whose.username, "email": ""}
        user = super().authenticate(request, **credentials)
        if user is not None:
            guess.succeeded()
        return user

    def should_send_confirmation_mail(
        self, request: HttpRequest, email_address: EmailAddress, signup: bool
    ) -> bool:
        """Return whether a sign-in sends one more mail to an address that is not confirmed."""
        if signup:
            return True
        return not rate_limits.take_mail("reminder", email_address.email)

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: Any, signup: bool
    ) -> None:
        """Send it, unless the address was sent too many.

        Raises:
            ImmediateHttpResponse: a signed-in person asked for one more. A sign-up or sign-in
                continues without it: the links of the earlier mails work.
        """
        wait = rate_limits.take_mail("confirmation", emailconfirmation.email_address.email)
        if wait is None:
            super().send_confirmation_mail(request, emailconfirmation, signup)
        elif request.user.is_authenticated:
            raise ImmediateHttpResponse(rate_limits.refuse(request, wait))

    def send_account_already_exists_mail(self, email: str) -> None:
        """Send it, unless the address was sent too many: a stranger can sign up with it again."""
        if rate_limits.take_mail("confirmation", email) is None:
            super().send_account_already_exists_mail(email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm the address, take it from accounts that only claimed it, and drop own claims."""
        user, address = email_address.user, email_address.email
        with transaction.atomic():
            release_claims(address, kept_for=user)
            if is_confirmed_elsewhere(address, than=user):
                failed = "account/messages/email_confirmation_failed.txt"
                self.add_message(request, messages.ERROR, failed, {"email": address})
                return False
            if not super().confirm_email(request, email_address):
                return False
            before, after = drop_claims(user=user)
            if before is not None and after is not None and before.pk != after.pk:
                emit_email_changed(request, before, after)
        return True

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.account.stages.EmailVerificationStage": CONFIRMED_ADDRESS_STAGE}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Keep the main address: an account without one gets no notices and no reset."""
        is_main = email_address.primary or email_address.email == email_address.user.email
        return not is_main and super().can_delete_email(email_address)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Send it in the language of the account: staff or a visitor may cause it."""
        with translation.override(user.language):
            super().send_notification_mail(template_prefix, user, context, email)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        audit_log.record(audit_log.Event.PASSWORD_RESET_REQUESTED, user=user)
        super().send_password_reset_mail(user, email, context)

    def is_safe_url(self, url: str) -> bool:
        """Return whether a `next` URL stays on the host of this request.

        allauth accepts every host of ALLOWED_HOSTS: an entry such as `.example.ir` would allow the
        Hub's host, where pages run their users' scripts.
        """
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={allauth_context.request.get_host()}
        )

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Refuse names that imitate the institution or its staff."""
        if is_reserved_username(username):
            raise self.validation_error("username_blacklisted")
        return super().clean_username(username, shallow)

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Validate the password as User.set_password stores it, and return it as typed.

        As typed, because allauth compares it with its repetition.
        """
        super().clean_password(fold_digits(password), user)
        return password

    def set_password(self, user: User, password: str) -> None:
        """Save the password only.

        Hashing is slow: saving all fields would undo a change that staff made in the meantime.
        """
        user.set_password(password)
        user.password_change_required = False
        user.save(update_fields=["password", "password_change_required"])

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Return the Hub's sign-out, which ends its session and redirects back to the portal."""
        return f"{settings.HUB_URL}/hub/logout"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render and store the mail now and deliver it later: no page waits for the mail server."""
        request = allauth_context.request
        message = self.render_mail(
            template_prefix,
            email,
            {"request": request, "email": email, "current_site": get_current_site(request)}
            | context,
        )
        enqueue_on_commit(deliver_mail, enqueue_mail(message).pk)
