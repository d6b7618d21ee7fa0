"""Choice between JupyterLab and Notebook: a cookie of this browser, valid for one account.

It is not a field of the account: a person's phone and laptop differ. It does not end with the
session, and on a shared computer it does not choose for the next person.
"""

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse

from accounts.models import User
from accounts.requests import AuthenticatedHttpRequest
from jupyter_integration.lab_interfaces import Interface

_LIFETIME = timedelta(days=365)


def chosen_interface(request: AuthenticatedHttpRequest) -> Interface | None:
    """Return what this person chose in this browser, or None."""
    value = request.get_signed_cookie(
        settings.INTERFACE_COOKIE_NAME, default="", salt=_salt(request.user), max_age=_LIFETIME
    )
    return Interface.named(value)


def remember_interface(
    request: AuthenticatedHttpRequest, response: HttpResponse, interface: Interface
) -> None:
    """Keep the choice for the next time."""
    response.set_signed_cookie(
        settings.INTERFACE_COOKIE_NAME,
        interface.value,
        salt=_salt(request.user),
        max_age=_LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )


def _salt(user: User) -> str:
    return f"jupyter_integration.interface.{user.pk}"
