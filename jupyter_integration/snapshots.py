"""What the Hub last said of each user's server, kept in the cache with its age.

The Hub owns these facts; losing the cache loses nothing but the time of one call.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from jupyter_integration.hub.resources import STOPPED_SERVER, Server

FRESH_FOR = timedelta(seconds=8)
"""A page that shows something older wakes a refresh."""

BELIEVED_FOR = timedelta(minutes=5)
"""Older than that, a page says "checking" until the Hub has been read."""

KEPT_FOR = 7 * 24 * 3600  # seconds; shown with its age while the Hub is away
WAKE_AGAIN_AFTER = 15  # seconds: longer than a refresh takes that has to time out
UNANSWERED_AFTER = timedelta(seconds=20)
"""No answer for so long: the page says that the Hub cannot be reached."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A server as the Hub showed it at `as_of`: the moment before the Hub was asked."""

    server: Server
    as_of: datetime

    @property
    def is_believable(self) -> bool:
        return timezone.now() - self.as_of < BELIEVED_FOR


@dataclass(frozen=True, slots=True)
class Reading:
    """All that is known of one user's server without asking the Hub."""

    snapshot: Snapshot | None
    hub_failed_at: datetime | None
    """When the Hub last could not be read, if that is the newest that is known of it."""
    asked_at: datetime | None
    """Since when a refresh has been asked for without an answer."""

    @property
    def is_unanswered(self) -> bool:
        """Whether the Hub cannot be read: it failed, or nobody answered for long."""
        if self.hub_failed_at and (not self.snapshot or self.hub_failed_at > self.snapshot.as_of):
            return True
        return self.asked_at is not None and timezone.now() - self.asked_at > UNANSWERED_AFTER


_HUB_FAILED = "hub:failed-at"
_HUB_ANSWERED = "hub:answered-at"


def _snapshot_key(user_id: int) -> str:
    return f"server:{user_id}:snapshot"


def _asked_key(user_id: int) -> str:
    return f"server:{user_id}:asked-at"


def _woken_key(user_id: int) -> str:
    return f"server:{user_id}:woken"


def read(user_id: int) -> Reading:
    """Return what is known, in one call to the cache where anything is."""
    snapshot_key, asked_key = _snapshot_key(user_id), _asked_key(user_id)
    found = cache.get_many([snapshot_key, asked_key, _HUB_FAILED])
    if not found and not _is_kept():
        # Nobody's answer would ever get here: no page may wait for it.
        return Reading(None, timezone.now(), None)
    return Reading(found.get(snapshot_key), found.get(_HUB_FAILED), found.get(asked_key))


def _is_kept() -> bool:
    """Whether the cache is there: one that is away takes all and gives nothing."""
    cache.set("kept", True, 60)
    return cache.get("kept") is True


def record(user_id: int, server: Server | None, *, as_of: datetime) -> None:
    """Keep what the Hub said when asked at `as_of`; an older answer never replaces a newer one."""
    known: Snapshot | None = cache.get(_snapshot_key(user_id))
    if known is None or known.as_of <= as_of:
        cache.set(_snapshot_key(user_id), Snapshot(server or STOPPED_SERVER, as_of), KEPT_FOR)
    cache.delete_many([_asked_key(user_id), _woken_key(user_id), _HUB_FAILED])


def record_hub_failure() -> None:
    """Note that the Hub could not be read just now."""
    cache.set(_HUB_FAILED, timezone.now(), 120)


def record_hub_answer() -> None:
    """Note that the Hub answers, whatever the servers do."""
    cache.set(_HUB_ANSWERED, timezone.now(), KEPT_FOR)
    cache.delete(_HUB_FAILED)


def hub_failed_at() -> datetime | None:
    """Return when the Hub could not be read, None when the last try went well."""
    failed_at: datetime | None = cache.get(_HUB_FAILED)
    return failed_at


def hub_answered_at() -> datetime | None:
    """Return when the Hub last answered when somebody looked at it; None when it never did."""
    answered_at: datetime | None = cache.get(_HUB_ANSWERED)
    return answered_at


def claim_refresh(user_id: int) -> bool:
    """Whether the caller shall wake a refresh: one of however many ask at once."""
    if not cache.add(_woken_key(user_id), True, WAKE_AGAIN_AFTER):
        return False
    cache.add(_asked_key(user_id), timezone.now(), 3600)
    return True
