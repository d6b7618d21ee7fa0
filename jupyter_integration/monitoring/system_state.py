"""How the Hub and the parts around it are: what staff see at a glance, in a bounded time."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from jupyter_integration.models import SpawnRequest
from jupyter_integration.monitoring import reconciliation_report
from jupyter_integration.status import hub_availability, snapshots
from jupyter_integration.status.hub_availability import HubAvailability
from jupyter_integration.status.queue_position import expected_wait
from portal.heartbeats import PARTS, is_alive, last_heartbeats

State = SpawnRequest.State

LOOKED_BACK = timedelta(hours=1)
MOST_STARTS = 2000
"""Of a busier hour only the newest starts are looked at: the page opens in a moment with any
number of them.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """Who waits and what is in flight."""

    waiting: int
    waiting_since: datetime | None
    """When the first in line pressed."""
    in_flight: int
    slots: int
    is_followed: bool
    """Whether a live worker follows a start now."""
    expected_wait: timedelta | None
    """Of whoever presses now; None while nothing has been measured."""


@dataclass(frozen=True, slots=True)
class LastHour:
    """What came of the starts of the last hour."""

    ready: int
    failed: int
    cancelled: int
    under_way: int
    reasons: Sequence[tuple[str, int]]
    """Failure codes, the most frequent first."""
    median: float | None
    """Seconds from the press to ready; None when nothing became ready."""
    p95: float | None
    """The 95th percentile of the same."""
    is_cut: bool
    """Whether there were more than MOST_STARTS."""


@dataclass(frozen=True, slots=True)
class Part:
    """A process of the portal beside the one that serves pages."""

    name: str
    last_heartbeat: datetime | None
    is_alive: bool


@dataclass(frozen=True, slots=True)
class SystemState:
    cache_answers: bool
    hub: HubAvailability
    line: Line
    last_hour: LastHour
    parts: Sequence[Part]
    report: reconciliation_report.ReconciliationReport

    @property
    def hub_answers(self) -> bool:
        """Whether the Hub answered when it was last looked at, which was a moment ago."""
        return not self.hub.is_unavailable and is_alive(self.hub.answered_at)

    def part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)


def read_system_state() -> SystemState:
    """Read it from the database and the cache; the Hub is not asked. With the cache away what is
    in the database is there still.
    """
    heartbeats = last_heartbeats()
    line = _read_line()
    return SystemState(
        cache_answers=bool(heartbeats) or snapshots.cache_answers(),
        hub=hub_availability.read(),
        line=line,
        last_hour=_read_last_hour(),
        parts=[_part(name, heartbeats.get(name), line) for name in PARTS],
        report=reconciliation_report.read(),
    )


def _part(name: str, last_heartbeat: datetime | None, line: Line) -> Part:
    # One that is too busy for its signs of life keeps the leases of its starts.
    is_busy = name == "spawn_worker" and line.is_followed
    return Part(name, last_heartbeat, is_alive(last_heartbeat) or is_busy)


def _read_line() -> Line:
    now = timezone.now()
    waits = Q(slot__isnull=True, cancel_requested_at__isnull=True)
    # All who hold a slot are open, so this goes through the index of those alone.
    counted = (
        SpawnRequest.objects.open()
        .order_by()
        .aggregate(
            waiting=Count("pk", filter=waits),
            since=Min("created_at", filter=waits),
            in_flight=Count("slot"),
            followed=Count("pk", filter=Q(slot__isnull=False, lease_expires_at__gt=now)),
        )
    )
    return Line(
        waiting=counted["waiting"],
        waiting_since=counted["since"],
        in_flight=counted["in_flight"],
        slots=settings.SPAWN_SLOTS,
        is_followed=counted["followed"] > 0,
        expected_wait=expected_wait(counted["waiting"] + 1),
    )


def _read_last_hour() -> LastHour:
    since = timezone.now() - LOOKED_BACK
    newest = SpawnRequest.objects.order_by("-pk").values_list(
        "state", "failure_code", "created_at", "finished_at"
    )
    states: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    seconds: list[float] = []
    # By number and not by time: that needs no further index. And a slice, not an iterator, for
    # which PostgreSQL would prepare all starts there are.
    for state, code, created_at, finished_at in newest[:MOST_STARTS]:
        if created_at < since:
            break
        states[state] += 1
        if state == State.FAILED:
            reasons[code] += 1
        elif state == State.READY and finished_at is not None:
            seconds.append((finished_at - created_at).total_seconds())
    return LastHour(
        ready=states[State.READY],
        failed=states[State.FAILED],
        cancelled=states[State.CANCELLED],
        under_way=states[State.QUEUED] + states[State.STARTING],
        reasons=reasons.most_common(),
        median=_percentile(seconds, 50),
        p95=_percentile(seconds, 95),
        is_cut=states.total() == MOST_STARTS,
    )


def _percentile(values: list[float], percent: int) -> float | None:
    """Return the smallest of the values that so many percent do not exceed."""
    if not values:
        return None
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]
