"""Audit log: one line for each event that matters to the security of an account.

A line names event, outcome, account, and network address, and never a secret::

    accounts.audit event=signed_in outcome=done account=17 name=sara ip=192.0.2.7 method=password
"""

import logging
from enum import StrEnum
from functools import partial

from allauth.account.adapter import get_adapter
from allauth.core import context as allauth_context
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.models import User
from portal.logs import escape_line

logger = logging.getLogger("accounts.audit")

LONGEST_VALUE = 100  # characters; a username has at most 64


class Event(StrEnum):
    SIGNED_UP = "signed_up"
    CREATED = "created"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_LIMITED = "sign_in_limited"
    REAUTHENTICATED = "reauthenticated"
    REAUTHENTICATION_FAILED = "reauthentication_failed"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    RATE_LIMITED = "rate_limited"
    ACCESS_REFUSED = "access_refused"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (the name of an event)
    PASSWORD_SET = "password_set"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    PASSWORD_RESET_REQUESTED = "password_reset_requested"  # noqa: S105
    ADDRESS_ADDED = "address_added"
    ADDRESS_CHANGED = "address_changed"
    ADDRESS_CONFIRMED = "address_confirmed"
    ADDRESS_REMOVED = "address_removed"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    FACTOR_RESET = "factor_reset"
    FACTOR_USED = "factor_used"
    FACTOR_FAILED = "factor_failed"
    RIGHTS_CHANGED = "rights_changed"
    DEACTIVATED = "deactivated"
    REACTIVATED = "reactivated"
    DATA_COPIED = "data_copied"
    DELETION_REQUESTED = "deletion_requested"
    DELETED = "deleted"


FAILURES = frozenset(
    {
        Event.SIGN_IN_FAILED,
        Event.SIGN_IN_LIMITED,
        Event.REAUTHENTICATION_FAILED,
        Event.RATE_LIMITED,
        Event.ACCESS_REFUSED,
        Event.FACTOR_FAILED,
    }
)


def record(
    event: Event,
    *,
    user: User | AnonymousUser | None = None,
    request: HttpRequest | None = None,
    typed: str = "",
    **details: str | int | None,
) -> None:
    """Log one line about an event.

    `user` is the account that it concerns; None for an unknown one. `request` gives the network
    address, as TRUSTED_PROXY_COUNT says; by default the current request, and in a worker none.
    `typed` is an unknown name as typed, of which only a keyed hash is logged: people type their
    password into the field of the name. `details` are logged as they are, escaped and cut: never
    pass a secret.
    """
    _log(event, _line(event, user, request or allauth_context.request, typed, details))


def record_on_commit(
    event: Event, *, user: User | None = None, **details: str | int | None
) -> None:
    """Log as `record` does, but only if the transaction is committed."""
    line = _line(event, user, allauth_context.request, "", details)
    transaction.on_commit(partial(_log, event, line))


def _log(event: Event, line: str) -> None:
    logger.log(logging.WARNING if event in FAILURES else logging.INFO, "%s", line)


def _line(
    event: Event,
    user: User | AnonymousUser | None,
    request: HttpRequest | None,
    typed: str,
    details: dict[str, str | int | None],
) -> str:
    fields: dict[str, str | int | None] = {
        "event": event.value,
        "outcome": "refused" if event in FAILURES else "done",
        "account": user.pk if user is not None else None,
        "name": user.get_username() if user is not None else None,
        "ip": _network_address(request),
    }
    actor = getattr(request, "user", None)
    if user is not None and isinstance(actor, User) and actor.pk != user.pk:
        fields["by"] = actor.pk
    if typed:
        fields["typed"] = salted_hmac("accounts.audit", typed).hexdigest()[:8]
    return " ".join(f"{key}={_value(value)}" for key, value in (fields | details).items())


def _network_address(request: HttpRequest | None) -> str | None:
    if request is None:
        return None
    try:
        return str(get_adapter().get_client_ip(request))
    # No legible address, or fewer in X-Forwarded-For than TRUSTED_PROXY_COUNT expects.
    except (ImproperlyConfigured, PermissionDenied):
        return None


def _value(value: str | int | None) -> str:
    """Return a value of one word, or in quotes."""
    if value is None or value == "":
        return "-"
    text = escape_line(str(value), longest=LONGEST_VALUE)
    if any(character in ' "=' for character in text):
        return '"' + text.replace('"', "'") + '"'
    return text
