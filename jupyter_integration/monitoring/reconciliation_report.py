"""What comparing with the Hub brought to light, for staff: kept in the cache, lost with it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

MOST_NAMED = 20
"""Of more names than this only the count is kept: somebody has to go and look anyway."""

COUNTED_FOR = 2 * 24 * 3600  # seconds
KEPT_FOR = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class UnknownNames:
    """Names on the Hub that belong to no account, by a reading of the Hub that began at `as_of`."""

    names: tuple[str, ...]
    count: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class ReconciliationReport:
    """What staff are shown; None is what nobody has looked for yet."""

    drift_today: int
    """Servers of which we believed the opposite, and which were put right."""
    unknown_servers: UnknownNames | None
    unknown_users: UnknownNames | None
    hub_version: str | None
    hub_answers_since: datetime | None
    """Since when no look has found the Hub lost, as far back as the cache knows."""


_UNKNOWN_SERVERS = "findings:unknown-servers"
_UNKNOWN_USERS = "findings:unknown-users"
_HUB_VERSION = "findings:hub-version"
_HUB_ANSWERS_SINCE = "findings:hub-answers-since"
_USER_SCAN = "findings:unknown-users-looked-for"


def _drift_key(day: date) -> str:
    return f"findings:drift:{day:%Y-%m-%d}"


def count_drift(servers: int) -> None:
    """Add to the count of today, in the portal's time zone."""
    key = _drift_key(timezone.localdate())
    if servers and not cache.add(key, servers, COUNTED_FOR):
        cache.incr(key, servers)


def record_unknown_servers(names: Collection[str], *, as_of: datetime) -> None:
    cache.set(_UNKNOWN_SERVERS, _unknown(names, as_of), KEPT_FOR)


def record_unknown_users(names: Collection[str], *, as_of: datetime) -> None:
    cache.set(_UNKNOWN_USERS, _unknown(names, as_of), KEPT_FOR)


def record_hub_version(version: str) -> None:
    cache.set(_HUB_VERSION, version, KEPT_FOR)


def record_hub_answers(*, is_back: bool) -> None:
    """Note since when the Hub answers: since now if it `is_back` after it was lost."""
    if is_back:
        cache.set(_HUB_ANSWERS_SINCE, timezone.now(), None)
    else:
        cache.add(_HUB_ANSWERS_SINCE, timezone.now(), None)


def _unknown(names: Collection[str], as_of: datetime) -> UnknownNames:
    return UnknownNames(tuple(sorted(names)[:MOST_NAMED]), len(names), as_of)


def claim_user_scan(every: timedelta) -> bool:
    """Whether the caller shall go through all users of the Hub, which is done once in `every`."""
    return bool(cache.add(_USER_SCAN, True, int(every.total_seconds())))


def release_user_scan() -> None:
    """Let it be tried again soon: it was broken off."""
    cache.delete(_USER_SCAN)


def read() -> ReconciliationReport:
    """Return all of it in one call to the cache."""
    drift = _drift_key(timezone.localdate())
    found = cache.get_many(
        [drift, _UNKNOWN_SERVERS, _UNKNOWN_USERS, _HUB_VERSION, _HUB_ANSWERS_SINCE]
    )
    return ReconciliationReport(
        drift_today=found.get(drift, 0),
        unknown_servers=found.get(_UNKNOWN_SERVERS),
        unknown_users=found.get(_UNKNOWN_USERS),
        hub_version=found.get(_HUB_VERSION),
        hub_answers_since=found.get(_HUB_ANSWERS_SINCE),
    )
