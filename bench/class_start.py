"""Start of a class: 300 people within ten seconds, compared with a bare pacer on the same Hub.

A server takes 10 s ± 30 % to start; one person's server always takes the same time. The Hub allows
100 pending starts, its default; portal and pacer keep 90 in flight. They alternate in the order
pacer, portal, portal, pacer, so that neither of them always has the warmer Hub.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.cpu_shares import give_cpu_shares
from bench.hub_log import HubLog
from bench.hub_sampler import HubSampler
from bench.load import percentile
from bench.pacer import BareHub
from bench.report import Row
from bench.running_copy import RunningCopy
from bench.signed_in import SignedIn
from bench.visitor import ErrorSeen, Visitor

CLASS_SIZE = 300
CLASS_CLICK_SECONDS = 10.0
CLASS_SLOTS = 90  # just below the Hub's own limit of 100
ORDER = ("pacer", "portal", "portal", "pacer")
CLASS_TIMEOUT_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Experience:
    """One person's start: when the page led to the Lab, if it did, and the errors seen."""

    ready_at: float | None
    errors: list[str]


@dataclass(frozen=True, slots=True)
class Round:
    last_ready: float  # seconds after the first click
    hub_latencies: list[float]  # seconds, of the sampler's calls
    starts: Counter[int]  # by HTTP status
    people: list[Experience]


def measure(folder: Path) -> Iterator[Row]:
    with RunningCopy.start(folder, slots=CLASS_SLOTS) as copy:
        give_cpu_shares(copy.parts.values())
        people = copy.sign_in(CLASS_SIZE)
        with closing(BareHub(copy.hub_api_url, copy.token, slots=CLASS_SLOTS)) as bare:
            rounds: dict[str, list[Round]] = {"pacer": [], "portal": []}
            log = HubLog(copy.hub_log)
            for side in ORDER:
                rounds[side].append(_start_class(side, copy, bare, people, log))
                bare.stop_all()
            refused = bare.start_unpaced(_names(people), within=CLASS_CLICK_SECONDS)
    yield from _rows(rounds["pacer"], rounds["portal"])
    yield Row(name="class: refused by the Hub without a portal", value=refused, unit="")


def _start_class(
    side: str, copy: RunningCopy, bare: BareHub, people: Sequence[SignedIn], log: HubLog
) -> Round:
    people_seen: list[Experience] = []
    log.starts_by_status()
    with HubSampler(copy.hub_api_url, copy.token, people[0].hub_username) as sampler:
        if side == "pacer":
            last_ready = bare.start_paced(_names(people), within=CLASS_CLICK_SECONDS)
        else:
            began = time.monotonic()
            people_seen = start_all(copy.portal_url, people, within=CLASS_CLICK_SECONDS)
            last_ready = max((one.ready_at or time.monotonic()) for one in people_seen) - began
    return Round(last_ready, sampler.latencies, log.starts_by_status(), people_seen)


def start_all(portal_url: str, people: Sequence[SignedIn], *, within: float) -> list[Experience]:
    """Click "start" for each person, spread evenly over `within` seconds, and watch the pages."""
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=len(people)) as pool:
        futures = [
            pool.submit(_start_and_wait, portal_url, person, began + within * number / len(people))
            for number, person in enumerate(people)
        ]
    return [one.result() for one in futures]


def _start_and_wait(portal_url: str, person: SignedIn, moment: float) -> Experience:
    errors: list[str] = []
    time.sleep(max(0.0, moment - time.monotonic()))
    with closing(Visitor(portal_url, person)) as visitor:
        try:
            card = visitor.click_start()
            while not card.is_sent_to_lab and time.monotonic() < moment + CLASS_TIMEOUT_SECONDS:
                if card.state == "failed":
                    raise ErrorSeen("the start failed")
                time.sleep(card.poll_after)
                card = visitor.poll_card(card)
        except ErrorSeen as error:
            errors.append(str(error))
            return Experience(None, errors)
        return Experience(time.monotonic() if card.is_sent_to_lab else None, errors)


def _rows(pacer: Sequence[Round], portal: Sequence[Round]) -> Iterator[Row]:
    people = [one for each in portal for one in each.people]
    ready = min(sum(one.ready_at is not None for one in each.people) for each in portal)
    yield Row(name="class: ready", value=ready, unit="", target=CLASS_SIZE, at_least=True)
    errors = [error for one in people for error in one.errors]
    for error in errors:
        print(error, file=sys.stderr)
    yield Row(name="class: errors seen", value=len(errors), unit="", target=0)
    ours = statistics.mean(each.last_ready for each in portal)
    bare = statistics.mean(each.last_ready for each in pacer)
    yield Row(name="class: last ready, portal", value=round(ours, 2), unit="s")
    yield Row(name="class: last ready, bare pacer", value=round(bare, 2), unit="s")
    yield Row(
        name="class: last ready over bare pacer", value=round(ours / bare, 3), unit="×", target=1.15
    )
    starts = sum((each.starts for each in portal), Counter[int]())
    refused = 100 * starts[429] / max(1, starts.total())
    yield Row(name="class: starts refused with 429", value=round(refused, 2), unit="%", target=5)
    ours, bare = _hub_p99(portal), _hub_p99(pacer)
    yield Row(name="class: Hub API p99, portal", value=round(ours, 3), unit="s")
    yield Row(name="class: Hub API p99, bare pacer", value=round(bare, 3), unit="s")
    yield Row(
        name="class: Hub API p99 over bare pacer", value=round(ours / bare, 3), unit="×", target=1.5
    )


def _hub_p99(rounds: Sequence[Round]) -> float:
    """Return the p99 of both rounds together: one round has too few slow calls for a stable p99."""
    return percentile([seconds for each in rounds for seconds in each.hub_latencies], 99)


def _names(people: Sequence[SignedIn]) -> list[str]:
    return [person.hub_username for person in people]
