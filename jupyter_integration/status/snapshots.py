"""Snapshots of servers: what the Hub last showed of each, cached with its age.

The Hub owns these facts. A lost cache costs one call to the Hub and nothing else.

The Hub answers in two ways: for one user, and with a list of all users whose server runs or
changes. Each way has its own key for a user, and the newer snapshot counts: so a list, which is
hundreds of snapshots, need not be compared with what other processes write meanwhile. A user who
is missing from a list has no server: one key for all users holds the time of the last complete
list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from jupyter_integration.hub.resources import STOPPED_SERVER, Server
from jupyter_integration.status import hub_availability, refresh_claims
from portal.caches import copies

FRESH_FOR = timedelta(seconds=8)
"""A page that shows an older snapshot wakes a refresh."""

BELIEVED_FOR = timedelta(minutes=5)
"""With an older snapshot a page shows "checking" until the Hub has been read."""

SNAPSHOT_TTL = timedelta(days=7)
"""While the Hub is unavailable, a page shows the snapshot with its age."""

OUTDATED_MARK_TTL = timedelta(hours=1)
UNANSWERED_AFTER = timedelta(seconds=20)
"""Without an answer for so long, a page shows that the Hub cannot be reached."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A server as the Hub showed it at `as_of`: the moment before the Hub was asked."""

    server: Server
    as_of: datetime

    @property
    def is_believable(self) -> bool:
        return timezone.now() - self.as_of < BELIEVED_FOR

    @property
    def is_active(self) -> bool:
        """Whether the server runs, starts or stops."""
        return self.server.is_active


@dataclass(frozen=True, slots=True)
class CachedStatus:
    """All that is known of one user's server without a call to the Hub."""

    snapshot: Snapshot | None
    is_hub_unavailable: bool = False
    """Whether the Hub can be read for no user at all."""
    asked_at: datetime | None = None
    """Since when a refresh is unanswered."""
    is_outdated: bool = False
    """Whether an event, or a list without this user, shows a change since the snapshot."""

    @property
    def is_unanswered(self) -> bool:
        """Whether the Hub cannot be read: it is unavailable, or did not answer for long."""
        if self.is_hub_unavailable:
            return True
        return self.asked_at is not None and timezone.now() - self.asked_at > UNANSWERED_AFTER


_LIST_AS_OF = "servers:list-as-of"
_LIST_ACTIVE = "servers:list-active"


def _single_key(user_id: int) -> str:
    return f"server:{user_id}:single-snapshot"


def _bulk_key(user_id: int) -> str:
    return f"server:{user_id}:bulk-snapshot"


def _outdated_key(user_id: int) -> str:
    return f"server:{user_id}:outdated-at"


def keys_of(user_id: int) -> list[str]:
    """Return the cache keys that `status_in` reads."""
    own = [key(user_id) for key in (_single_key, _bulk_key, _outdated_key)]
    return [*own, _LIST_AS_OF, *refresh_claims.keys_of(user_id), *hub_availability.KEYS]


def read(user_id: int) -> CachedStatus:
    """Return what is known, in one call to the cache."""
    return status_in(copies.get_many(keys_of(user_id)), user_id)


def status_in(cached: Mapping[str, Any], user_id: int) -> CachedStatus:
    """Return what is known, from what the cache has under `keys_of(user_id)` and maybe others."""
    if not cached and not cache_answers():
        # No answer of the Hub would ever get here: no page may wait for one.
        return CachedStatus(None, is_hub_unavailable=True)
    snapshot = _newer_in(cached, user_id)
    as_of = snapshot.as_of if snapshot else None
    refreshes = refresh_claims.refreshes_in(cached, user_id)
    return CachedStatus(
        snapshot,
        is_hub_unavailable=hub_availability.availability_in(cached).is_unavailable,
        asked_at=min((moment for moment in refreshes if _is_later(moment, as_of)), default=None),
        is_outdated=(
            _is_later(cached.get(_outdated_key(user_id)), as_of) or _is_missed(snapshot, cached)
        ),
    )


def newest(user_ids: Iterable[int]) -> dict[int, Snapshot]:
    """Return the snapshot of each user who has one, in one call to the cache."""
    user_ids = list(user_ids)
    cached = copies.get_many(
        [_LIST_AS_OF, *(key(user_id) for user_id in user_ids for key in (_single_key, _bulk_key))]
    )
    known = {user_id: _newer_in(cached, user_id) for user_id in user_ids}
    return {user_id: snapshot for user_id, snapshot in known.items() if snapshot is not None}


def _newer_in(cached: Mapping[str, Any], user_id: int) -> Snapshot | None:
    listed_at = cached.get(_LIST_AS_OF)
    seen = [cached[key] for key in (_single_key(user_id), _bulk_key(user_id)) if key in cached]
    newer: Snapshot | None = max(seen, key=lambda snapshot: snapshot.as_of, default=None)
    if listed_at is None:
        return newer
    if newer is None:
        return Snapshot(STOPPED_SERVER, listed_at)
    if newer.as_of < listed_at and not newer.is_active:
        return replace(newer, as_of=listed_at)
    return newer


def _is_later(moment: datetime | None, since: datetime | None) -> bool:
    return moment is not None and (since is None or moment > since)


def _is_missed(snapshot: Snapshot | None, cached: Mapping[str, Any]) -> bool:
    """Return whether a complete list lacks a server that was known to run.

    The list is read page by page while servers come and go, so it is no proof: such a server is
    read by itself before a page shows it as stopped.
    """
    return snapshot is not None and _is_later(cached.get(_LIST_AS_OF), snapshot.as_of)


def cache_answers() -> bool:
    """Return whether the cache works: an unavailable one accepts every value and returns none."""
    copies.set("kept", True, 60)
    return copies.get("kept") is True


def record(user_id: int, server: Server | None, *, as_of: datetime) -> None:
    """Cache what the Hub showed of one user when asked at `as_of`; an older answer is ignored.

    Two answers within the same milliseconds may cross, and the older one stay: pages then show it
    until the next refresh (`test_crossed_answers_hide_no_change`).
    """
    key = _single_key(user_id)
    known: Snapshot | None = copies.get(key)
    if known is None or known.as_of <= as_of:
        snapshot = Snapshot(server or STOPPED_SERVER, as_of)
        copies.set(key, snapshot, SNAPSHOT_TTL.total_seconds())
    copies.delete_many([*refresh_claims.keys_to_settle(user_id), hub_availability.REFUSED_KEY])


def record_bulk(servers: Mapping[int, Server], *, as_of: datetime) -> None:
    """Cache what a list showed of many users when asked at `as_of`.

    One list is read at a time (`refresh_claims.begin_list`): no other process writes these keys.
    """
    snapshots = {_bulk_key(pk): Snapshot(server, as_of) for pk, server in servers.items()}
    if snapshots:
        copies.set_many(snapshots, SNAPSHOT_TTL.total_seconds())


def record_complete_list(active: frozenset[int], *, as_of: datetime) -> None:
    """Record that every user missing from the list had no server at `as_of`.

    `active` are the users who may have one: those of the list, and those whom it lacks, who were
    known to have one and could not be read by themselves yet.
    """
    listed = {_LIST_ACTIVE: active, _LIST_AS_OF: as_of}
    copies.set_many(listed, SNAPSHOT_TTL.total_seconds())
    refresh_claims.settle_list()


def last_list() -> frozenset[int]:
    """Return the users who may have had a server by the last complete list."""
    active: frozenset[int] = copies.get(_LIST_ACTIVE, frozenset())
    return active


def mark_outdated(user_id: int) -> None:
    """Record that the user's server has changed just now.

    Pages show the snapshot until the Hub has been read. The caller wakes that refresh, so pages do
    not.
    """
    copies.set(_outdated_key(user_id), timezone.now(), OUTDATED_MARK_TTL.total_seconds())
    refresh_claims.hold_refresh(user_id)
