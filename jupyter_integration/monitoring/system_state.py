"""State of the Hub and of the portal's processes for the page of staff, read in a bounded time."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from jupyter_integration.models import SpawnRequest
from jupyter_integration.monitoring import reconciliation_report, refused_events
from jupyter_integration.monitoring.disk_space import DiskSpace, read_disk_space
from jupyter_integration.monitoring.refused_events import RefusedEvents
from jupyter_integration.monitoring.support_recipients import support_recipients
from jupyter_integration.status import hub_availability, snapshots
from jupyter_integration.status.hub_availability import HubAvailability
from jupyter_integration.status.queue_position import expected_wait
from portal.heartbeats import PARTS, is_alive, last_heartbeats
from portal.persian.sizes import parse_size

State = SpawnRequest.State

STATISTICS_PERIOD = timedelta(hours=1)
MAX_COUNTED_STARTS = 2000
"""Starts that the statistics read, the newest first: this bounds the time of the page."""


@dataclass(frozen=True, slots=True)
class QueueState:
    """Starts that wait for a slot, and slots in use."""

    waiting: int
    waiting_since: datetime | None
    """Time of the oldest request in the queue."""
    in_flight: int
    slots: int
    has_live_worker: bool
    """Whether a worker holds a valid lease of a start."""
    expected_wait: timedelta | None
    """Of a start that is requested now; None while nothing has been measured."""


@dataclass(frozen=True, slots=True)
class LastHour:
    """Statistics of the starts of the last hour."""

    ready: int
    failed: int
    cancelled: int
    in_progress: int
    reasons: Sequence[tuple[str, int]]
    """Failure codes with their counts, the most frequent first."""
    median: timedelta | None
    """From the request to ready; None when nothing became ready."""
    p95: timedelta | None
    """The 95th percentile of the same."""
    is_truncated: bool
    """Whether there were more than MAX_COUNTED_STARTS."""


@dataclass(frozen=True, slots=True)
class Part:
    """A process of the portal beside the web server."""

    name: str
    last_heartbeat: datetime | None
    is_alive: bool


@dataclass(frozen=True, slots=True)
class SystemState:
    cache_answers: bool
    hub: HubAvailability
    queue: QueueState
    last_hour: LastHour
    parts: Sequence[Part]
    disk: DiskSpace | None
    """None: no file system is watched, or it cannot be read."""
    home_size: int | None
    """Bytes that one home may have; None without a limit."""
    report: reconciliation_report.ReconciliationReport
    refused_events: RefusedEvents | None
    has_support_recipients: bool
    """Whether anybody gets an email about help requests."""

    @property
    def hub_answers(self) -> bool:
        """Return whether the Hub passed its last health check and that check is recent."""
        return not self.hub.is_unavailable and is_alive(self.hub.answered_at)

    def part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)


def read_system_state() -> SystemState:
    """Return the state from the database and the cache, without a call to the Hub.

    While the cache is unavailable, the values from the database are still there.
    """
    heartbeats = last_heartbeats()
    queue = _read_queue()
    return SystemState(
        cache_answers=bool(heartbeats) or snapshots.cache_answers(),
        hub=hub_availability.read(),
        queue=queue,
        last_hour=_read_last_hour(),
        parts=[_part(name, heartbeats.get(name), queue) for name in PARTS],
        disk=read_disk_space(),
        home_size=parse_size(settings.HOME_SIZE),
        report=reconciliation_report.read(),
        refused_events=refused_events.read(),
        has_support_recipients=bool(support_recipients()),
    )


def _part(name: str, last_heartbeat: datetime | None, queue: QueueState) -> Part:
    # A spawn worker that is too busy to send heartbeats still renews the leases of its starts.
    is_busy = name == "spawn_worker" and queue.has_live_worker
    return Part(name, last_heartbeat, is_alive(last_heartbeat) or is_busy)


def _read_queue() -> QueueState:
    now = timezone.now()
    is_waiting = Q(slot__isnull=True, cancel_requested_at__isnull=True)
    # Every start that holds a slot is open, so the index of open starts serves this query.
    counts = (
        SpawnRequest.objects.open()
        .order_by()
        .aggregate(
            waiting=Count("pk", filter=is_waiting),
            waiting_since=Min("created_at", filter=is_waiting),
            in_flight=Count("slot"),
            leased=Count("pk", filter=Q(slot__isnull=False, lease_expires_at__gt=now)),
        )
    )
    return QueueState(
        waiting=counts["waiting"],
        waiting_since=counts["waiting_since"],
        in_flight=counts["in_flight"],
        slots=settings.SPAWN_SLOTS,
        has_live_worker=counts["leased"] > 0,
        expected_wait=expected_wait(counts["waiting"] + 1),
    )


def _read_last_hour() -> LastHour:
    since = timezone.now() - STATISTICS_PERIOD
    newest = SpawnRequest.objects.order_by("-pk").values_list(
        "state", "failure_code", "created_at", "finished_at"
    )
    states: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    durations: list[timedelta] = []
    # The order of primary keys needs no further index. A slice, since PostgreSQL would prepare
    # all rows for an iterator.
    for state, code, created_at, finished_at in newest[:MAX_COUNTED_STARTS]:
        if created_at < since:
            break
        states[state] += 1
        if state == State.FAILED:
            reasons[code] += 1
        elif state == State.READY and finished_at is not None:
            durations.append(finished_at - created_at)
    return LastHour(
        ready=states[State.READY],
        failed=states[State.FAILED],
        cancelled=states[State.CANCELLED],
        in_progress=states[State.QUEUED] + states[State.STARTING],
        reasons=reasons.most_common(),
        median=_percentile(durations, 50),
        p95=_percentile(durations, 95),
        is_truncated=states.total() == MAX_COUNTED_STARTS,
    )


def _percentile(durations: list[timedelta], percent: int) -> timedelta | None:
    """Return the nearest-rank percentile: a duration that was measured, not an interpolated one.

    `statistics.quantiles` interpolates, and takes no timedelta.
    """
    if not durations:
        return None
    return sorted(durations)[math.ceil(len(durations) * percent / 100) - 1]
