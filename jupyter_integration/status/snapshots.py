"""What the Hub last said of each user's server, kept in the cache with its age.

The Hub owns these facts; losing the cache loses nothing but the time of one call.

Two kinds of answers come in: of one user, and lists of all whose server runs or changes. Each has
a key of its own and the newer of the two counts, so that a list, which is hundreds of answers,
never has to be weighed against what others write meanwhile. Who is in no list has no server: of
them the time of the last complete list says so, in one key for all.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from jupyter_integration.hub.resources import STOPPED_SERVER, Server
from jupyter_integration.status import hub_availability

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

    @property
    def is_active(self) -> bool:
        """Whether the server runs, starts or stops."""
        return self.server.is_active


@dataclass(frozen=True, slots=True)
class CachedStatus:
    """All that is known of one user's server without asking the Hub."""

    snapshot: Snapshot | None
    is_hub_unavailable: bool = False
    """Whether nothing can be learned from the Hub now, of whomever."""
    asked_at: datetime | None = None
    """Since when a refresh has been asked for without an answer."""
    is_outdated: bool = False
    """Whether an event, or a list without this user, tells of a change since the snapshot."""

    @property
    def is_unanswered(self) -> bool:
        """Whether the Hub cannot be read: it is away, or nobody answered for long."""
        if self.is_hub_unavailable:
            return True
        return self.asked_at is not None and timezone.now() - self.asked_at > UNANSWERED_AFTER


_LIST_AS_OF = "servers:listed-at"
_LIST_ACTIVE = "servers:listed-active"
_LIST_BROKEN = "servers:list-broken"
_LIST_ASKED = "servers:list-asked-at"
_LIST_WOKEN = "servers:list-woken"
_LIST_UNDER_WAY = "servers:list-under-way"


def _single_key(user_id: int) -> str:
    return f"server:{user_id}:snapshot"


def _bulk_key(user_id: int) -> str:
    return f"server:{user_id}:listed"


def _asked_key(user_id: int) -> str:
    return f"server:{user_id}:asked-at"


def _woken_key(user_id: int) -> str:
    return f"server:{user_id}:woken"


def _outdated_key(user_id: int) -> str:
    return f"server:{user_id}:dropped-at"


# --- What is known -------------------------------------------------------------------------------


def keys_of(user_id: int) -> list[str]:
    """Return the keys that `status_in` looks at."""
    own = (_single_key, _bulk_key, _asked_key, _outdated_key)
    return [*(key(user_id) for key in own), _LIST_AS_OF, _LIST_ASKED, *hub_availability.KEYS]


def read(user_id: int) -> CachedStatus:
    """Return what is known, in one call to the cache where anything is."""
    return status_in(cache.get_many(keys_of(user_id)), user_id)


def status_in(found: Mapping[str, Any], user_id: int) -> CachedStatus:
    """Return what is known, by what the cache has under `keys_of(user_id)` and maybe others."""
    told, listed = _single_key(user_id), _bulk_key(user_id)
    asked, dropped = _asked_key(user_id), _outdated_key(user_id)
    if not found and not cache_answers():
        # Nobody's answer would ever get here: no page may wait for it.
        return CachedStatus(None, is_hub_unavailable=True)
    snapshot = _newer(found.get(told), found.get(listed), listed_at=found.get(_LIST_AS_OF))
    since = snapshot.as_of if snapshot else None
    questions = [found[key] for key in (asked, _LIST_ASKED) if key in found]
    return CachedStatus(
        snapshot,
        is_hub_unavailable=hub_availability.availability_in(found).is_unavailable,
        asked_at=min((moment for moment in questions if _is_later(moment, since)), default=None),
        is_outdated=_is_later(found.get(dropped), since) or _is_missed(snapshot, found),
    )


def newest(user_ids: Iterable[int]) -> dict[int, Snapshot]:
    """Return what is known of each user of whom anything is, in one call to the cache."""
    user_ids = list(user_ids)
    found = cache.get_many(
        [_LIST_AS_OF, *(key(user_id) for user_id in user_ids for key in (_single_key, _bulk_key))]
    )
    known = {
        user_id: _newer(
            found.get(_single_key(user_id)),
            found.get(_bulk_key(user_id)),
            listed_at=found.get(_LIST_AS_OF),
        )
        for user_id in user_ids
    }
    return {user_id: snapshot for user_id, snapshot in known.items() if snapshot is not None}


def _newer(
    told: Snapshot | None, listed: Snapshot | None, *, listed_at: datetime | None
) -> Snapshot | None:
    seen = [snapshot for snapshot in (told, listed) if snapshot is not None]
    newer = max(seen, key=lambda snapshot: snapshot.as_of, default=None)
    if listed_at is None:
        return newer
    if newer is None:
        return Snapshot(STOPPED_SERVER, listed_at)
    if newer.as_of < listed_at and not newer.is_active:
        return replace(newer, as_of=listed_at)
    return newer


def _is_later(moment: datetime | None, since: datetime | None) -> bool:
    return moment is not None and (since is None or moment > since)


def _is_missed(snapshot: Snapshot | None, found: Mapping[str, datetime]) -> bool:
    """Whether a complete list lacks a server that was known to run.

    It was read a page at a time while others came and went, so it is no proof: such a server is
    read by itself before anybody is told that it stopped.
    """
    return snapshot is not None and _is_later(found.get(_LIST_AS_OF), snapshot.as_of)


def cache_answers() -> bool:
    """Whether the cache is there: one that is away takes all and gives nothing."""
    cache.set("kept", True, 60)
    return cache.get("kept") is True


# --- What the Hub said ---------------------------------------------------------------------------


def record(user_id: int, server: Server | None, *, as_of: datetime) -> None:
    """Keep what the Hub said of one user when asked at `as_of`.

    An older answer never replaces a newer one, also where several come in at the same moment: a
    cache cannot compare and set in one step, so they take turns.
    """
    key, turn = _single_key(user_id), f"server:{user_id}:turn"
    with_turn = _take(turn)
    known: Snapshot | None = cache.get(key)
    if known is None or known.as_of <= as_of:
        cache.set(key, Snapshot(server or STOPPED_SERVER, as_of), KEPT_FOR)
    done = [_asked_key(user_id), _woken_key(user_id), hub_availability.REFUSED_KEY]
    cache.delete_many([*done, turn] if with_turn else done)


def _take(turn: str) -> bool:
    """Wait for a turn, which lasts a few milliseconds; False when it does not come.

    Then the caller goes on without: a page that lags for seconds is better than a worker that
    stands still.
    """
    for attempt in range(20):
        if cache.add(turn, True, 5):
            return True
        if attempt == 0 and not cache_answers():
            return False
        time.sleep(0.01)
    return False


def record_bulk(servers: Mapping[int, Server], *, as_of: datetime) -> None:
    """Keep what a list said of many users, when it was asked for at `as_of`.

    One list is read at a time (`begin_list`), so nobody else writes these keys.
    """
    snapshots = {_bulk_key(pk): Snapshot(server, as_of) for pk, server in servers.items()}
    if snapshots:
        cache.set_many(snapshots, KEPT_FOR)


def record_complete_list(active: frozenset[int], *, as_of: datetime) -> None:
    """Note that who is in no answer of the list had no server at `as_of`.

    `active` are the users who may have one: those of the list, and those whom it lacks and who
    were known to have one and could not be read by themselves yet.
    """
    cache.set_many({_LIST_ACTIVE: active, _LIST_AS_OF: as_of}, KEPT_FOR)
    cache.delete_many([_LIST_ASKED, _LIST_BROKEN])


def record_broken_list() -> None:
    """Note that the Hub answers, but with a list that cannot be read."""
    cache.set(_LIST_BROKEN, True, 60)


def last_list() -> frozenset[int]:
    """Return the users who may have had a server by the last complete list."""
    active: frozenset[int] = cache.get(_LIST_ACTIVE, frozenset())
    return active


def drop(user_id: int) -> None:
    """Note that the user's server has changed just now, as an event of the Hub told.

    What is known stays, to be shown until the Hub has been read. The caller wakes that reading, so
    pages need not.
    """
    cache.set(_outdated_key(user_id), timezone.now(), 3600)
    cache.set(_woken_key(user_id), True, WAKE_AGAIN_AFTER)


# --- Who has it read again -----------------------------------------------------------------------


def claim_refresh(user_id: int) -> bool:
    """Whether the caller shall wake a refresh: one of however many ask at once."""
    if not cache.add(_woken_key(user_id), True, WAKE_AGAIN_AFTER):
        return False
    cache.add(_asked_key(user_id), timezone.now(), 3600)
    return True


def claim_list() -> bool:
    """Whether the caller shall wake the reading of the list, which answers for everybody."""
    if not cache.add(_LIST_WOKEN, True, WAKE_AGAIN_AFTER):
        return False
    cache.add(_LIST_ASKED, timezone.now(), 3600)
    return True


def lists_are_broken() -> bool:
    """Whether users have to be read one by one for now."""
    return cache.get(_LIST_BROKEN) is True


def begin_list() -> bool:
    """Whether the caller shall read the list; False while another reads it, or without a cache."""
    return bool(cache.add(_LIST_UNDER_WAY, True, 120))


def end_list(*, took: timedelta) -> None:
    """Let the next one read the list, if pages ask so soon: never for more than a tenth of the
    Hub's time, and at least every WAKE_AGAIN_AFTER seconds.

    Not within a second: a page that looked before the answer was there asks only now.
    """
    pause = min(max(1, int(9 * took.total_seconds())), WAKE_AGAIN_AFTER)
    cache.set(_LIST_WOKEN, True, pause)
    cache.delete(_LIST_UNDER_WAY)
