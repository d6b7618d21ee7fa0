"""Time that the portal adds between the click and a Lab that answers.

Ten pairs of starts of one person's server. One start of a pair is a click in the portal. The other
one is a bare POST to the Hub's API, whose progress stream is read to its end. Both poll the Lab
through the proxy at the same short interval, and both are stopped in the same way.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bench.databases import postgres, redis
from bench.person import Person
from bench.report import Row
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.status.server_status import POLL_WHILE_CHANGING
from jupyter_integration.testing.free_ports import free_ports
from tests.running_system import RunningSystem

PAIRS = 10
LAB_POLL_SECONDS = 0.05
LAB_TIMEOUT_SECONDS = 120.0
MOST_SECONDS_ADDED = 1.0
MOST_SECONDS_ADDED_WITH_REDIS = 0.5


class NotReady(RuntimeError):
    """A start failed or took so long that the measurement has no meaning."""


class Bench:
    def __init__(self, copy: RunningSystem, person: Person, hub: HubClient) -> None:
        self._person = person
        self._hub = hub
        self._probe = LabProbe(copy.hub_url)

    def warm_up(self) -> None:
        """Start once without counting: this makes the Hub's user and fills the page cache."""
        self._follow_page(self._person.click_start(), began=time.monotonic())
        self._name = self._person.hub_username()
        self._person.stop()

    def by_click(self) -> tuple[float, float]:
        """Return the seconds until the Lab answered, and until the open page led there."""
        page: list[float] = []

        def follow() -> None:
            page.append(self._follow_page(request, began=began))

        began = time.monotonic()
        request = self._person.click_start()
        answered = self._wait_for_lab(follow, began)
        self._person.stop()
        return answered, page[0]

    def by_bare_hub(self) -> float:
        """Return the seconds until the Lab answered, with the Hub's API alone."""
        began = time.monotonic()
        self._hub.start_server(self._name)
        answered = self._wait_for_lab(self._read_progress, began)
        self._person.stop()
        return answered

    def _wait_for_lab(self, follow: Callable[[], None], began: float) -> float:
        """Poll the Lab while `follow` follows the start in a thread; return the seconds."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            follower = pool.submit(follow)
            while not self._probe.answers(f"/user/{self._name}/"):
                if follower.done():
                    follower.result()  # raises what went wrong
                if time.monotonic() - began > LAB_TIMEOUT_SECONDS:
                    raise NotReady(f"no Lab after {LAB_TIMEOUT_SECONDS:g} seconds")
                time.sleep(LAB_POLL_SECONDS)
            answered = time.monotonic() - began
            follower.result()
        return answered

    def _read_progress(self) -> None:
        for event in self._hub.follow_progress(self._name):
            if event.failed:
                raise NotReady(event.message)

    def _follow_page(self, request: str, *, began: float) -> float:
        """Poll the card at the page's own interval until the answer leads to the Lab."""
        while not self._person.sent_to_lab(request):
            if time.monotonic() - began > LAB_TIMEOUT_SECONDS:
                raise NotReady(f"the page led nowhere for {LAB_TIMEOUT_SECONDS:g} seconds")
            time.sleep(POLL_WHILE_CHANGING.total_seconds())
        return time.monotonic() - began


def measure(folder: Path) -> Iterator[Row]:
    """Measure the copy that `make up` runs, with SQLite and the file broker."""
    with RunningSystem.start(folder / "var") as copy:
        yield from _measure(copy, MOST_SECONDS_ADDED)


def measure_with_redis(folder: Path) -> Iterator[Row]:
    """Measure the same with PostgreSQL and Redis."""
    folder.chmod(0o755)  # PostgreSQL's own user goes through it
    database_port, redis_port = free_ports(2)
    parts = [
        postgres(folder, database_port, os.environ),
        redis(folder, redis_port, os.environ),
    ]
    settings = {
        "DATABASE_URL": f"postgres://portal@127.0.0.1:{database_port}/postgres",
        "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
    }
    try:
        for part in parts:
            part.start()
        with RunningSystem.start(folder / "var", settings) as copy:
            for row in _measure(copy, MOST_SECONDS_ADDED_WITH_REDIS):
                yield replace(row, name=f"with Redis: {row.name}")
    finally:
        for part in parts:
            part.end()


def _measure(copy: RunningSystem, most_seconds_added: float) -> Iterator[Row]:
    transport = HubTransport(copy.hub_api_url, copy.token)
    with (
        closing(Person(copy.portal_url, "sara")) as person,
        closing(HubClient(transport)) as hub,
    ):
        bench = Bench(copy, person, hub)
        bench.warm_up()
        clicked: list[float] = []
        sent: list[float] = []
        bare: list[float] = []
        for pair in range(PAIRS):
            if pair % 2:
                bare.append(bench.by_bare_hub())
            answered, page = bench.by_click()
            clicked.append(answered)
            sent.append(page)
            if not pair % 2:
                bare.append(bench.by_bare_hub())
    differences = [click - post for click, post in zip(clicked, bare, strict=True)]
    yield _row("click to Lab answering, median", clicked)
    yield _row("bare POST to Lab answering, median", bare)
    yield _row("added by the portal, median of the pairs", differences, most_seconds_added)
    yield Row(name="added by the portal, worst pair", value=round(max(differences), 3), unit="s")
    yield _row("click to the page leading to the Lab, median", sent)


def _row(name: str, seconds: list[float], target: float | None = None) -> Row:
    return Row(name=name, value=round(statistics.median(seconds), 3), unit="s", target=target)
