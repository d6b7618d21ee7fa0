"""What we ask of allauth beyond its settings."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.http import HttpRequest

from accounts.tasks import Mail, deliver_mail
from portal.background import wake_on_commit


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGNUP_OPEN

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Go on to the Hub's own sign-out, which ends its session and leads back to the portal."""
        return f"{settings.HUB_URL}/hub/logout"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render now, deliver in the background: a slow mail server never holds up a page."""
        request = allauth_context.request
        message = self.render_mail(
            template_prefix,
            email,
            {"request": request, "email": email, "current_site": get_current_site(request)}
            | context,
        )
        wake_on_commit(deliver_mail, _as_mail(message))


def _as_mail(message: EmailMessage) -> Mail:
    html = ""
    if isinstance(message, EmailMultiAlternatives) and message.alternatives:
        html = str(message.alternatives[0][0])
    return Mail(
        subject=str(message.subject),
        body=str(message.body),
        sender=str(message.from_email),
        to=list(message.to),
        html=html,
    )
