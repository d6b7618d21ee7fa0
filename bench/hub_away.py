"""Dashboards and Hub calls while the Hub is unavailable.

Eight people load their dashboards without pause. One run goes through five phases: Hub up, calls
swallowed (accepted and never answered), up, connections cut off, up. A proxy between portal and Hub
counts the calls of all processes.
"""

from __future__ import annotations

import re
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from bench.report import Row
from bench.running_copy import RunningCopy
from bench.signed_in import SignedIn
from bench.visitor import ErrorSeen, Visitor
from jupyter_integration.testing import FaultProxy
from jupyter_integration.testing.exchange import Call
from jupyter_integration.testing.faults import Blackhole, Fault, Reset

VIEWERS = 8
UP_SECONDS = 15.0
READ_TIMEOUT = 5  # seconds; the shortest that the portal can be given
# Long enough for the breaker to open (a read has three attempts) and for four probes.
OUTAGES: dict[str, tuple[Fault, float]] = {
    "swallowed": (Blackhole(), 3 * READ_TIMEOUT + 30.0),
    "cut off": (Reset(), 30.0),
}
PROBE_INTERVAL_SECONDS = 5.0
PHASE_WARM_UP_SECONDS = 2.0
BREAKER_NOTICE_SECONDS = 1.0  # from the breaker's opening until every page shows it
_OPENED = re.compile(r"^(\S+)Z WARNING \S+ (?:S\d+: )?The Hub is unavailable", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class View:
    at: float  # seconds since the epoch
    seconds: float
    shows_age: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    began: float  # seconds since the epoch, as `ended`
    ended: float
    calls: list[Call]

    def __contains__(self, view: View) -> bool:
        return self.began <= view.at < self.ended


class Audience:
    """People who load their dashboards without pause while the context lasts."""

    def __init__(self, portal_url: str, people: Sequence[SignedIn]) -> None:
        self._portal_url = portal_url
        self._over = threading.Event()
        self.views: list[View] = []
        self._threads = [threading.Thread(target=self._load, args=(one,)) for one in people]

    def __enter__(self) -> list[View]:
        for thread in self._threads:
            thread.start()
        return self.views

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _load(self, person: SignedIn) -> None:
        with closing(Visitor(self._portal_url, person)) as visitor:
            while not self._over.is_set():
                at, began = time.time(), time.monotonic()
                try:
                    page, error = visitor.open_dashboard(), ""
                except ErrorSeen as seen:
                    page, error = "", str(seen)
                card = page.partition('id="server-card"')[2].partition("</section>")[0]
                self.views.append(View(at, time.monotonic() - began, "<time " in card, error))


def measure(folder: Path) -> Iterator[Row]:
    copy = RunningCopy(folder, slots=16, settings={"HUB_READ_TIMEOUT": str(READ_TIMEOUT)})
    with FaultProxy(copy.hub_origin) as proxy, copy:
        copy.bring_up(portal_calls=proxy.origin)
        people = copy.sign_in(VIEWERS)
        away: dict[str, Period] = {}
        with Audience(copy.portal_url, people) as views:
            time.sleep(UP_SECONDS)
            for name, (fault, seconds) in OUTAGES.items():
                away[name] = _without_hub(proxy, fault, seconds)
                time.sleep(UP_SECONDS)
        openings = _openings(folder)
    yield from _pages(views, list(away.values()), openings)
    for name, period in away.items():
        opened_at = next((at for at in openings if period.began < at < period.ended), None)
        yield from _calls(name, period, opened_at)


def _without_hub(proxy: FaultProxy, fault: Fault, seconds: float) -> Period:
    proxy.forget_calls()
    began = time.time()
    proxy.inflict(fault)
    time.sleep(seconds)
    ended, calls = time.time(), proxy.calls
    proxy.heal()
    return Period(began, ended, calls)


def _openings(folder: Path) -> list[float]:
    """Return when a process logged that it opened the breaker, in seconds since the epoch."""
    logs = [log.read_text(errors="replace") for log in folder.glob("*.log")]
    return sorted(
        datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
        for log in logs
        for moment in _OPENED.findall(log)
    )


def _pages(
    views: Sequence[View], away: Sequence[Period], openings: Sequence[float]
) -> Iterator[Row]:
    without = [view for view in views if any(view in period for period in away)]
    # The first seconds of the copy, and those after an outage, do not count as "Hub up".
    phase_starts = [views[0].at, *(period.ended for period in away)]
    warming = [Period(at, at + PHASE_WARM_UP_SECONDS, []) for at in phase_starts]
    with_hub = [view for view in views if not any(view in one for one in (*away, *warming))]
    answered = 100 * sum(not view.error for view in without) / len(without)
    yield Row(
        name="Hub away: pages that are answered",
        value=round(answered, 2),
        unit="%",
        target=100,
        at_least=True,
    )
    informed = [
        Period(opened + BREAKER_NOTICE_SECONDS, period.ended, [])
        for period in away
        for opened in openings
        if period.began < opened < period.ended
    ]
    aged = [view.shows_age for view in without if any(view in one for one in informed)]
    yield Row(
        name="Hub away: pages that show the age",
        value=round(100 * sum(aged) / max(1, len(aged)), 2),
        unit="%",
        target=100,
        at_least=True,
    )
    up, down = _p99(with_hub), _p99(without)
    yield Row(name="dashboard p99, Hub up", value=round(1000 * up, 1), unit="ms")
    yield Row(name="dashboard p99, Hub away", value=round(1000 * down, 1), unit="ms")
    yield Row(
        name="dashboard p99, Hub away over up", value=round(down / up, 2), unit="×", target=1.2
    )


def _calls(name: str, period: Period, opened_at: float | None) -> Iterator[Row]:
    """Yield the rows on calls; attempts with the same request id are one call."""
    first: dict[str, Call] = {}
    last: dict[str, Call] = {}
    for call in period.calls:
        first.setdefault(call.request_id, call)
        last[call.request_id] = call
    limit = opened_at if opened_at is not None else period.ended
    failed = [
        call
        for call in last.values()
        if call.status is None and call.seconds is not None and call.at + call.seconds <= limit
    ]
    yield Row(
        name=f"Hub {name}: failed calls before it counts as away",
        value=len(failed),
        unit="",
        target=5,
    )
    probes = [call.at for call in first.values() if call.at > limit]
    shortest = min(
        (later - earlier for earlier, later in pairwise(probes)), default=PROBE_INTERVAL_SECONDS
    )
    per_five = 0.0 if opened_at is None else PROBE_INTERVAL_SECONDS / max(shortest, 0.01)
    yield Row(name=f"Hub {name}: most probes per 5 s", value=round(per_five, 2), unit="", target=1)
    opened_after = (opened_at or period.ended) - period.began
    yield Row(name=f"Hub {name}: known to be away after", value=round(opened_after, 1), unit="s")


def _p99(views: Sequence[View]) -> float:
    return statistics.quantiles([view.seconds for view in views], n=100)[98]
