"""What we ask of allauth beyond its settings."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.middleware import chosen_language
from accounts.models import User
from portal.enqueue import enqueue_on_commit
from portal.mail.send import enqueue_mail
from portal.mail.tasks import deliver_mail
from portal.persian.text import fold_digits


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGNUP_OPEN

    def new_user(self, request: HttpRequest) -> User:
        """Whoever signs up on an English page goes on in English."""
        return User(language=chosen_language(request))

    def is_safe_url(self, url: str) -> bool:
        """Whether a `next` stays on the very host that the browser is at.

        allauth lets every host of ALLOWED_HOSTS pass: one such as `.example.ir` would lead to the
        Hub, whose pages are its users' own.
        """
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={allauth_context.request.get_host()}
        )

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Judge the password by what User.set_password makes of it, and return it as typed.

        As typed, since allauth compares it with its repetition.
        """
        super().clean_password(fold_digits(password), user)
        return password

    def set_password(self, user: User, password: str) -> None:
        """Write the password alone: hashing takes long enough for staff to make the account
        inactive meanwhile, which saving all of it would undo.
        """
        user.set_password(password)
        user.save(update_fields=["password"])

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Go on to the Hub's own sign-out, which ends its session and leads back to the portal."""
        return f"{settings.HUB_URL}/hub/logout"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render and keep now, deliver in the background: no mail server ever holds up a page."""
        request = allauth_context.request
        message = self.render_mail(
            template_prefix,
            email,
            {"request": request, "email": email, "current_site": get_current_site(request)}
            | context,
        )
        enqueue_on_commit(deliver_mail, enqueue_mail(message).pk)
