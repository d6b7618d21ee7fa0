"""Rules of second factors: who may add one, and what staff need for the administration."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User

# Recovery codes replace a factor for a while; they are none by themselves.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def may_add_factor(user: User) -> bool:
    """Return whether the main address of the account is known to be this person's.

    Otherwise somebody could sign up with another person's address and add a factor: the owner of
    the address could never take the account over by a new password.
    """
    if settings.ACCOUNT_EMAIL_VERIFICATION == "none" or not user.email:
        return True
    return EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()


def has_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def has_app(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def is_last_factor(user: User) -> bool:
    """Return whether this person has one app or passkey and no other."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).count() == 1


def session_used_factor(request: HttpRequest) -> bool:
    """Return whether the person of this session has shown a second factor in it."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def needs_factor(user: User) -> bool:
    """Return whether this account needs a second factor: staff, unless the setting is off."""
    return bool(settings.STAFF_SECOND_FACTOR and user.is_staff)
