"""Encryption of all second factors' secrets anew, after SECRET_KEY was changed."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.second_factor.encryption import UnknownEncryptionKeyError, reencrypt

SECRETS = ("secret", "seed")
"""Names of the secrets of an app and of recovery codes. A passkey has none on this side."""


def reencrypt_second_factors() -> tuple[int, int]:
    """Return how many factors are now under the present SECRET_KEY, and how many are unreadable."""
    done = unreadable = 0
    types = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    for number in Authenticator.objects.filter(type__in=types).values_list("pk", flat=True):
        try:
            done += _reencrypt(number)
        except UnknownEncryptionKeyError:
            unreadable += 1
    return done, unreadable


def _reencrypt(number: int) -> int:
    """Return 1, or 0 if the person removed the factor meanwhile."""
    with transaction.atomic():
        factor = Authenticator.objects.select_for_update().filter(pk=number).first()
        if factor is None:
            return 0
        secrets = {name: reencrypt(factor.data[name]) for name in SECRETS if name in factor.data}
        factor.data |= secrets
        factor.save(update_fields=["data"])
        return 1
