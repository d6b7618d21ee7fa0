"""Claims to refresh: which process wakes or makes the next refresh.

Claims and the times of unanswered refreshes are cache keys, one set for each user and one for the
list that covers all users.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from portal.caches import copies

CLAIM_TTL = timedelta(seconds=15)
"""Longer than a refresh that has to time out takes."""

UNANSWERED_TTL = timedelta(hours=1)
BROKEN_LIST_TTL = timedelta(minutes=1)
LIST_IN_PROGRESS_TTL = timedelta(minutes=2)
SHORTEST_LIST_PAUSE = timedelta(seconds=1)
LIST_PAUSE_FACTOR = 9
"""Pause after a list, in its durations: lists take a tenth of the Hub's time at most."""

_LIST_ASKED = "servers:list-asked-at"
_LIST_CLAIMED = "servers:list-claimed"
_LIST_BROKEN = "servers:list-broken"
_LIST_IN_PROGRESS = "servers:list-in-progress"


def keys_of(user_id: int) -> list[str]:
    """Return the cache keys that `refreshes_in` reads."""
    return [_asked_key(user_id), _LIST_ASKED]


def refreshes_in(cached: Mapping[str, Any], user_id: int) -> list[datetime]:
    """Return since when refreshes that cover the user are unanswered, from what the cache has under
    `keys_of(user_id)`.
    """
    return [cached[key] for key in keys_of(user_id) if key in cached]


def claim_refresh(user_id: int) -> bool:
    """Return whether the caller shall wake a refresh of this user; at most one caller does."""
    if not copies.add(_claimed_key(user_id), True, CLAIM_TTL.total_seconds()):
        return False
    copies.add(_asked_key(user_id), timezone.now(), UNANSWERED_TTL.total_seconds())
    return True


def hold_refresh(user_id: int) -> None:
    """Keep pages from waking a refresh of this user: the caller wakes one itself."""
    copies.set(_claimed_key(user_id), True, CLAIM_TTL.total_seconds())


def keys_to_settle(user_id: int) -> list[str]:
    """Return the cache keys to delete once the Hub has answered for this user."""
    return [_asked_key(user_id), _claimed_key(user_id)]


def claim_list() -> bool:
    """Return whether the caller shall wake a refresh by the list; at most one caller does."""
    if not copies.add(_LIST_CLAIMED, True, CLAIM_TTL.total_seconds()):
        return False
    copies.add(_LIST_ASKED, timezone.now(), UNANSWERED_TTL.total_seconds())
    return True


def begin_list() -> bool:
    """Return whether the caller shall read the list. False while another process reads it, and
    without a cache.
    """
    return bool(copies.add(_LIST_IN_PROGRESS, True, LIST_IN_PROGRESS_TTL.total_seconds()))


def end_list(*, took: timedelta) -> None:
    """Let the list be claimed again after a pause, at least every CLAIM_TTL.

    The pause is a second at least: a page that was read before the answer came claims only now.
    """
    pause = min(max(SHORTEST_LIST_PAUSE, LIST_PAUSE_FACTOR * took), CLAIM_TTL)
    copies.set(_LIST_CLAIMED, True, pause.total_seconds())
    copies.delete(_LIST_IN_PROGRESS)


def settle_list() -> None:
    """Record that the Hub has answered with a complete list."""
    copies.delete_many([_LIST_ASKED, _LIST_BROKEN])


def record_broken_list() -> None:
    """Record that the Hub answers, but with a list that cannot be read."""
    copies.set(_LIST_BROKEN, True, BROKEN_LIST_TTL.total_seconds())


def lists_are_broken() -> bool:
    """Return whether users have to be read one by one for now."""
    return copies.get(_LIST_BROKEN) is True


def _asked_key(user_id: int) -> str:
    return f"server:{user_id}:asked-at"


def _claimed_key(user_id: int) -> str:
    return f"server:{user_id}:claimed"
