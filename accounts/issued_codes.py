"""Codes of sign-ins that the provider issued: for which session, and whether one came back.

allauth stores a code in the cache until it is redeemed, with neither of the two.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.core.cache import cache
from django.utils.crypto import constant_time_compare

from accounts.models import User

REPLAY_WINDOW = timedelta(minutes=10)
"""A code itself is valid for a minute."""


@dataclass(frozen=True, slots=True)
class IssuedCode:
    user_id: int
    session_hash: str

    @property
    def is_current(self) -> bool:
        """Whether no password change and no sign-out everywhere came after the code."""
        user = User.objects.filter(pk=self.user_id, is_active=True).first()
        return user is not None and constant_time_compare(
            self.session_hash, user.get_session_auth_hash()
        )


def record(code: str, user: User) -> None:
    issued = IssuedCode(user.pk, user.get_session_auth_hash())
    cache.set(_key("issued", code), issued, REPLAY_WINDOW.total_seconds())


def find(code: str) -> IssuedCode | None:
    issued: IssuedCode | None = cache.get(_key("issued", code))
    return issued


def claim(code: str) -> bool:
    """Return whether nobody has presented the code before; one of two at once gets False."""
    return bool(cache.add(_key("presented", code), True, REPLAY_WINDOW.total_seconds()))


def release(code: str) -> None:
    """Let the code be presented again: it was not redeemed."""
    cache.delete(_key("presented", code))


def _key(kind: str, code: str) -> str:
    return f"accounts.oidc.{kind}:{sha256(code.encode(errors='replace')).hexdigest()}"
