"""Latency of a click on "start": to its response, and to the Hub's POST.

The copy runs as on a real host, with PostgreSQL and Redis. First people click one after the other
on an idle portal; then a hundred people click within ten seconds, while their servers start.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg

from bench.load import percentile
from bench.report import Row
from bench.running_copy import RunningCopy
from bench.signed_in import SignedIn
from bench.visitor import Visitor

ALONE = 20
TOGETHER = 100
TOGETHER_SECONDS = 10.0
QUICK_SERVER_SECONDS = 1.0
START_TIMEOUT_SECONDS = 60.0
ROW_POLL_SECONDS = 0.05


class StartTimedOut(RuntimeError):
    """A start did not reach the Hub or did not end in time."""


def measure(folder: Path) -> Iterator[Row]:
    with RunningCopy.start(folder, server_seconds=QUICK_SERVER_SECONDS) as copy:
        first, *people = copy.sign_in(1 + ALONE + TOGETHER)
        with psycopg.connect(copy.database_url, autocommit=True) as database:
            _start_alone(copy, first, database)  # opens connections, does not count
            alone = [_start_alone(copy, person, database) for person in people[:ALONE]]
        in_class = _start_together(copy, people[ALONE:])
    responses, posts = zip(*alone, strict=True)
    yield _row("click start to response, alone, p50", percentile(responses, 50), 50)
    yield _row("click start to response, a class, p50", percentile(in_class, 50), 50)
    yield _row("click start to response, a class, p99", percentile(in_class, 99), 150)
    yield _row("click start to the Hub's POST, idle, p50", percentile(posts, 50), 150)


def _row(name: str, seconds: float, target: float) -> Row:
    return Row(name=name, value=round(seconds * 1000, 1), unit="ms", target=target)


def _start_alone(
    copy: RunningCopy, person: SignedIn, database: psycopg.Connection
) -> tuple[float, float]:
    """Return the seconds to the response and to the Hub's POST, once the start has ended."""
    clicked_at, response = _start(copy.portal_url, person)
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        row = database.execute(
            "SELECT extract(epoch FROM posted_at), finished_at IS NOT NULL"
            " FROM jupyter_integration_spawnrequest WHERE user_id = %s",
            (person.user_id,),
        ).fetchone()
        if row is not None and row[1]:
            return response, float(row[0]) - clicked_at
        time.sleep(ROW_POLL_SECONDS)
    raise StartTimedOut(person.hub_username)


def _start_together(copy: RunningCopy, people: Sequence[SignedIn]) -> list[float]:
    pause = TOGETHER_SECONDS / len(people)
    with ThreadPoolExecutor(len(people)) as pool:
        clicks = []
        for person in people:
            clicks.append(pool.submit(_start, copy.portal_url, person))
            time.sleep(pause)
        return [click.result()[1] for click in clicks]


def _start(portal_url: str, person: SignedIn) -> tuple[float, float]:
    """Click on an open page. Return the time of the click (seconds since the epoch) and the seconds
    to the response.
    """
    with closing(Visitor(portal_url, person)) as visitor:
        visitor.open_dashboard()
        clicked_at, began = time.time(), time.perf_counter()
        visitor.click_start()
        return clicked_at, time.perf_counter() - began
