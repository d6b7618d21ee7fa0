"""End of all sessions of an account: on the portal at once, on the Hub by a receiver's work."""

from enum import StrEnum

from allauth.idp.oidc.models import Token
from django.db import transaction
from django.db.models import F

from accounts.models import User
from accounts.signals import sessions_ended


class Reason(StrEnum):
    PASSWORD = "password"  # noqa: S105  (the password was changed or reset)
    REQUESTED = "requested"  # "Sign out everywhere"
    STAFF = "staff"  # staff signed the person out
    DEACTIVATED = "deactivated"


def end_sessions(*, user: User, reason: Reason) -> None:
    """End every session of the account, and void the tokens that the Hub has of it.

    The row decides, not the cache: a session carries a hash of `session_generation` and is refused
    once that has grown. A caller that keeps its own session calls `update_session_auth_hash` next.
    """
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
        user.refresh_from_db(fields=["session_generation"])
        Token.objects.filter(user_id=user.pk).delete()
        sessions_ended.send(sender=User, user=user, reason=reason)
