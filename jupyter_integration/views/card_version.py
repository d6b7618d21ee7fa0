"""Version of what a server card shows: an unchanged card is not sent again."""

from dataclasses import fields
from hashlib import blake2b

from django.utils.translation import get_language

from jupyter_integration.status.server_status import ServerStatus
from portal.persian.dates import ago

# Fields that no card shows as they are.
_NOT_SHOWN = frozenset({"as_of", "wait", "is_reported", "is_outdated", "failure"})
_SHOWN = tuple(field.name for field in fields(ServerStatus) if field.name not in _NOT_SHOWN)


def card_version(status: ServerStatus, *, next_path: str, follow: str, interface: str) -> str:
    """Return one version for all cards that look the same, in every process.

    The timer of a start runs on the page itself. An age is shown in words and changes with them.
    """
    shown = [str(getattr(status, name)) for name in _SHOWN]
    shown += [next_path, follow, interface, get_language() or ""]
    if status.failure is not None:
        failure = status.failure
        shown += [failure.code, failure.reference, failure.hook_message]
    if status.stale:
        shown.append(ago(status.as_of))
    if status.stop_reason is not None:
        shown.append(ago(status.stop_reason.at))
    return blake2b("\0".join(shown).encode(), digest_size=8).hexdigest()
