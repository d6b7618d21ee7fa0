"""300 people press "start" within ten seconds, against a bare pacer on the same Hub.

Their servers need 10 s ± 30 %, each person's always the same. The Hub lets 100 starts be pending,
its own default; portal and pacer have 90 in flight. The two take turns, pacer, portal, portal,
pacer, so that neither has the warmer Hub.
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

PEOPLE = 300
WITHIN_SECONDS = 10.0
SLOTS = 90  # just under the Hub's own limit of 100
ORDER = ("pacer", "portal", "portal", "pacer")
GIVE_UP_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Waited:
    """What one person saw: when their page led to the Lab, if it did, and the errors before."""

    ready_at: float | None
    errors: list[str]


@dataclass(frozen=True, slots=True)
class Round:
    last_ready: float  # seconds after the first press
    hub_answers: list[float]  # seconds, of the sampler's calls
    starts: Counter[int]  # by the Hub's answer
    people: list[Waited]


def measure(folder: Path) -> Iterator[Row]:
    with RunningCopy.start(folder, slots=SLOTS) as copy:
        give_cpu_shares(copy.parts.values())
        people = copy.sign_in(PEOPLE)
        with closing(BareHub(copy.hub_api_url, copy.token, slots=SLOTS)) as bare:
            rounds: dict[str, list[Round]] = {"pacer": [], "portal": []}
            log = HubLog(copy.hub_log)
            for who in ORDER:
                rounds[who].append(_start_class(who, copy, bare, people, log))
                bare.stop_all()
            turned_away = bare.start_at_once(_names(people), within=WITHIN_SECONDS)
    yield from _rows(rounds["pacer"], rounds["portal"])
    yield Row(name="class: turned away by the Hub without a portal", value=turned_away, unit="")


def _start_class(
    who: str, copy: RunningCopy, bare: BareHub, people: Sequence[SignedIn], log: HubLog
) -> Round:
    waited: list[Waited] = []
    log.starts_by_status()
    with HubSampler(copy.hub_api_url, copy.token, people[0].hub_username) as sampler:
        if who == "pacer":
            last_ready = bare.start_paced(_names(people), within=WITHIN_SECONDS)
        else:
            began = time.monotonic()
            waited = press_all(copy.portal_url, people, within=WITHIN_SECONDS)
            last_ready = max((one.ready_at or time.monotonic()) for one in waited) - began
    return Round(last_ready, sampler.seconds, log.starts_by_status(), waited)


def press_all(portal_url: str, people: Sequence[SignedIn], *, within: float) -> list[Waited]:
    """Everybody presses in turn, evenly `within` so many seconds, and watches the open page."""
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=len(people)) as pool:
        pressed = [
            pool.submit(_press_and_wait, portal_url, person, began + within * number / len(people))
            for number, person in enumerate(people)
        ]
    return [one.result() for one in pressed]


def _press_and_wait(portal_url: str, person: SignedIn, moment: float) -> Waited:
    errors: list[str] = []
    time.sleep(max(0.0, moment - time.monotonic()))
    with closing(Visitor(portal_url, person)) as visitor:
        try:
            card = visitor.press_start()
            while not card.is_sent_to_lab and time.monotonic() < moment + GIVE_UP_SECONDS:
                if card.state == "failed":
                    raise ErrorSeen("the start failed")
                time.sleep(card.poll_after)
                card = visitor.look_again(card)
        except ErrorSeen as error:
            errors.append(str(error))
            return Waited(None, errors)
        return Waited(time.monotonic() if card.is_sent_to_lab else None, errors)


def _rows(pacer: Sequence[Round], portal: Sequence[Round]) -> Iterator[Row]:
    people = [one for each in portal for one in each.people]
    ready = min(sum(one.ready_at is not None for one in each.people) for each in portal)
    yield Row(name="class: ready", value=ready, unit="", target=PEOPLE, at_least=True)
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
    """Of both rounds together: one round has too few slow answers to tell their share well."""
    return percentile([seconds for each in rounds for seconds in each.hub_answers], 99)


def _names(people: Sequence[SignedIn]) -> list[str]:
    return [person.hub_username for person in people]
