"""Codes of authenticator apps and recovery codes: who accepts one, and that it counts once."""

import logging

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import transaction

from accounts.models import User
from accounts.second_factor.encryption import UnknownEncryptionKeyError, decrypt

logger = logging.getLogger(__name__)


def accepting_authenticator(user: User, code: str) -> Authenticator | None:
    """Return the authenticator of the person that accepts this code, which is then used up."""
    for authenticator in Authenticator.objects.filter(user=user):
        try:
            if _accepts(authenticator, code):
                return authenticator
        except UnknownEncryptionKeyError:
            # The database of another installation, or SECRET_KEY was changed without its former
            # value: docs/operations.md.
            logger.warning("SECRET_KEY cannot decrypt the %s of %s", authenticator.type, user.pk)
    return None


def unused_recovery_codes(user: User) -> int:
    """Return how many recovery codes of this person still work."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    try:
        return len(row.wrap().get_unused_codes()) if row else 0
    except UnknownEncryptionKeyError:
        return 0


def _accepts(authenticator: Authenticator, code: str) -> bool:
    if authenticator.type == Authenticator.Type.TOTP:
        return _accepts_once(authenticator, code)
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return bool(authenticator.wrap().validate_code(code))
    return False


def _accepts_once(authenticator: Authenticator, code: str) -> bool:
    """Return whether an app's code is right, and newer than the last accepted one.

    The row holds the time step of the last accepted code (RFC 6238, section 5.2). allauth puts used
    codes into the cache, for less time than a late code counts, and refuses every code without a
    cache.
    """
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        step = _time_step(decrypt(row.data["secret"]), code)
        if step is None or step <= row.data.get("last_step", 0):
            return False
        row.data["last_step"] = step
        row.save(update_fields=["data"])
    return True


def _time_step(secret: str, code: str) -> int | None:
    """Return the number of the half minute, of those that count now, whose code this is."""
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return int(step)
    return None
