"""Report on the latest comparisons with the Hub, for staff. It lives in the cache only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from portal.caches import copies

MAX_NAMES = 20
"""Names in the report. Of a longer list only the count is shown: staff need the Hub's own list."""

DRIFT_TTL = timedelta(days=2)
REPORT_TTL = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UnknownNames:
    """Names on the Hub that belong to no account, as listed by a scan that began at `as_of`."""

    names: tuple[str, ...]
    count: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class ReconciliationReport:
    """The values that staff see; None means that nothing has been recorded yet."""

    drift_today: int
    """Servers whose cached state was wrong and was corrected."""
    unknown_servers: UnknownNames | None
    unknown_users: UnknownNames | None
    hub_version: str | None
    hub_answers_since: datetime | None
    """Start of the current time without a failed health check, as far back as the cache goes."""


_UNKNOWN_SERVERS = "reconciliation:unknown-servers"
_UNKNOWN_USERS = "reconciliation:unknown-users"
_HUB_VERSION = "reconciliation:hub-version"
_HUB_ANSWERS_SINCE = "reconciliation:hub-answers-since"
_USER_SCAN = "reconciliation:user-scan"


def _drift_key(day: date) -> str:
    return f"reconciliation:drift:{day:%Y-%m-%d}"


def count_drift(servers: int) -> None:
    """Add `servers` to the count of today, in the portal's time zone."""
    key = _drift_key(timezone.localdate())
    if servers and not copies.add(key, servers, DRIFT_TTL.total_seconds()):
        copies.incr(key, servers)


def record_unknown_servers(names: Collection[str], *, as_of: datetime) -> None:
    _record(_UNKNOWN_SERVERS, _unknown(names, as_of))


def record_unknown_users(names: Collection[str], *, as_of: datetime) -> None:
    _record(_UNKNOWN_USERS, _unknown(names, as_of))


def record_hub_version(version: str) -> None:
    _record(_HUB_VERSION, version)


def record_hub_answers(*, is_back: bool) -> None:
    """Record that the Hub answers; with `is_back` it starts to count from now."""
    store = copies.set if is_back else copies.add
    store(_HUB_ANSWERS_SINCE, timezone.now(), None)


def claim_user_scan(every: timedelta) -> bool:
    """Return whether the caller shall scan all users of the Hub; True once in `every`."""
    return bool(copies.add(_USER_SCAN, True, every.total_seconds()))


def release_user_scan() -> None:
    """Allow the next scan at once, after one that was interrupted."""
    copies.delete(_USER_SCAN)


def read() -> ReconciliationReport:
    """Return the whole report with one call to the cache."""
    drift = _drift_key(timezone.localdate())
    cached = copies.get_many(
        [drift, _UNKNOWN_SERVERS, _UNKNOWN_USERS, _HUB_VERSION, _HUB_ANSWERS_SINCE]
    )
    return ReconciliationReport(
        drift_today=cached.get(drift, 0),
        unknown_servers=cached.get(_UNKNOWN_SERVERS),
        unknown_users=cached.get(_UNKNOWN_USERS),
        hub_version=cached.get(_HUB_VERSION),
        hub_answers_since=cached.get(_HUB_ANSWERS_SINCE),
    )


def _record(key: str, value: object) -> None:
    copies.set(key, value, REPORT_TTL.total_seconds())


def _unknown(names: Collection[str], as_of: datetime) -> UnknownNames:
    return UnknownNames(tuple(sorted(names)[:MAX_NAMES]), len(names), as_of)
