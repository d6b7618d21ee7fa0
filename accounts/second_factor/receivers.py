"""Receiver that counts the set-up of a factor as its first use.

The person has just shown the code or the passkey. Without this, staff would have to wait for the
next code before the administration opens.
"""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.second_factor.rules import FACTORS


@receiver(authenticator_added)
def record_first_use(
    request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: object
) -> None:
    if authenticator.type in FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
