"""Starts of 200 people while each part is killed in turn, by SIGKILL and then by SIGTERM.

`BENCH_KILLED_STARTS=1000` makes it a thousand people. Redis comes back empty. Users' servers keep
running without the Hub, as containers do. The spawner's record proves that nobody had two servers.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import cycle
from pathlib import Path

from bench.report import Row
from bench.requests_in_database import Requests
from bench.running_copy import RunningCopy
from bench.signed_in import SignedIn
from bench.simulated_hub.lives import Lives, users_with_two_servers
from bench.visitor import ErrorSeen, Visitor
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.transport import HubTransport

STARTS = int(os.environ.get("BENCH_KILLED_STARTS", "200"))
FEW_SLOTS = 16
SLOW_SERVER_SECONDS = 5.0
CLICK_INTERVAL_SECONDS = 0.9
PARTS = ("spawn-worker", "worker", "beat", "redis", "postgres", "hub", "web")
KILLS = [(part, how) for how in (signal.SIGKILL, signal.SIGTERM) for part in PARTS]
DOWNTIME_SECONDS = 3.0
PAUSE_SECONDS = 2.0
MOST_RECOVERY_SECONDS = 15.0
RECOVERY_POLL_SECONDS = 0.1
SETTLE_TIMEOUT_SECONDS = 120.0


class Crowd:
    """People who click "start" one after the other; after an error a person clicks again."""

    def __init__(self, portal_url: str, people: Sequence[SignedIn]) -> None:
        self.errors: list[str] = []
        self._portal_url = portal_url
        self._thread = threading.Thread(target=self._start_all, args=(people,))

    def begin(self) -> None:
        self._thread.start()

    @property
    def is_clicking(self) -> bool:
        return self._thread.is_alive()

    def _start_all(self, people: Sequence[SignedIn]) -> None:
        for person in people:
            time.sleep(CLICK_INTERVAL_SECONDS)
            while not self._is_accepted(person):
                time.sleep(CLICK_INTERVAL_SECONDS)

    def _is_accepted(self, person: SignedIn) -> bool:
        with closing(Visitor(self._portal_url, person)) as visitor:
            try:
                visitor.click_start()
            except ErrorSeen as error:
                self.errors.append(str(error))
                return False
        return True


def measure(folder: Path) -> Iterator[Row]:
    with RunningCopy.start(folder, slots=FEW_SLOTS, server_seconds=SLOW_SERVER_SECONDS) as copy:
        people = copy.sign_in(STARTS)
        requests = Requests(copy.database_url)
        crowd = Crowd(copy.portal_url, people)
        crowd.begin()
        recoveries: dict[str, float] = {}
        for number, (part, how) in enumerate(cycle(KILLS)):
            if number >= len(KILLS) and not crowd.is_clicking:
                break
            time.sleep(PAUSE_SECONDS)
            seconds = _kill(copy, part, how, requests)
            recoveries[part] = max(seconds, recoveries.get(part, 0.0))
        requests.wait_until_settled(SETTLE_TIMEOUT_SECONDS)
        lost = requests.not_ready(person.user_id for person in people)
        events = list(Lives(copy.lives).events())
        with closing(HubClient(HubTransport(copy.hub_api_url, copy.token))) as hub:
            up = {user.name for user in hub.list_users(state="ready")}
        alive = [len(Lives(copy.lives).of(person.hub_username)) for person in people]
    for line in (*lost, *crowd.errors):
        print(line, file=sys.stderr)
    yield Row(name="killed parts: starts", value=STARTS, unit="")
    yield Row(name="killed parts: starts lost", value=len(lost), unit="", target=0)
    not_up = sum(person.hub_username not in up for person in people)
    yield Row(name="killed parts: servers not ready on the Hub", value=not_up, unit="", target=0)
    two = users_with_two_servers(events) | {
        person.hub_username for person, count in zip(people, alive, strict=True) if count > 1
    }
    yield Row(name="killed parts: users with two servers", value=len(two), unit="", target=0)
    for part, seconds in recoveries.items():
        yield Row(
            name=f"killed parts: recovery after {part} is back",
            value=round(seconds, 1),
            unit="s",
            target=MOST_RECOVERY_SECONDS,
        )
    left_behind = sum(event.what == "replaced" for event in events)
    yield Row(name="killed parts: servers left behind by a dead Hub", value=left_behind, unit="")
    yield Row(name="killed parts: clicks answered by an error", value=len(crowd.errors), unit="")


def _kill(copy: RunningCopy, part: str, how: signal.Signals, requests: Requests) -> float:
    """Kill and restart the part. Return the seconds from its return until each start that was in
    flight at the kill is claimed or renewed by a worker, or has ended.
    """
    in_flight = requests.in_flight()
    copy.parts[part].end(how)
    time.sleep(DOWNTIME_SECONDS)
    copy.parts[part].start()
    back_at = time.monotonic()
    before = requests.states_of(in_flight)
    waiting = set(in_flight)
    while waiting and time.monotonic() - back_at < SETTLE_TIMEOUT_SECONDS:
        now = requests.states_of(waiting)
        waiting -= {key for key, state in now.items() if state.has_progressed_since(before[key])}
        time.sleep(RECOVERY_POLL_SECONDS)
    return time.monotonic() - back_at
