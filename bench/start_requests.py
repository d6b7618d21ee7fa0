"""How long a press of "start" takes: to its answer, and to the Hub.

Everything as on a real host, with PostgreSQL and Redis. First one person after the other on an idle
portal; then a hundred within ten seconds, while their servers start.
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
CLASS = 100
CLASS_WITHIN_SECONDS = 10.0
SERVER_SECONDS = 1.0
PATIENCE_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.05


class NeverSent(RuntimeError):
    """A start did not reach the Hub, or did not end, in all the time there was."""


def measure(folder: Path) -> Iterator[Row]:
    with RunningCopy.start(folder, server_seconds=SERVER_SECONDS) as copy:
        first, *people = copy.sign_in(1 + ALONE + CLASS)
        with psycopg.connect(copy.database_url, autocommit=True) as database:
            _press_alone(copy, first, database)  # connections are made, and do not count
            alone = [_press_alone(copy, person, database) for person in people[:ALONE]]
        in_class = _press_together(copy, people[ALONE:])
    answers, posts = zip(*alone, strict=True)
    yield _row("press start to answer, alone, p50", percentile(answers, 50), 50)
    yield _row("press start to answer, a class, p50", percentile(in_class, 50), 50)
    yield _row("press start to answer, a class, p99", percentile(in_class, 99), 150)
    yield _row("press start to the Hub's POST, idle, p50", percentile(posts, 50), 150)


def _row(name: str, seconds: float, target: float) -> Row:
    return Row(name=name, value=round(seconds * 1000, 1), unit="ms", target=target)


def _press_alone(
    copy: RunningCopy, person: SignedIn, database: psycopg.Connection
) -> tuple[float, float]:
    """Seconds to the answer and to the Hub; returns once the server is there, and all is idle."""
    pressed_at, answer = _press(copy.portal_url, person)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        row = database.execute(
            "SELECT extract(epoch FROM posted_at), finished_at IS NOT NULL"
            " FROM jupyter_integration_spawnrequest WHERE user_id = %s",
            (person.user_id,),
        ).fetchone()
        if row is not None and row[1]:
            return answer, float(row[0]) - pressed_at
        time.sleep(LOOK_AGAIN_SECONDS)
    raise NeverSent(person.hub_username)


def _press_together(copy: RunningCopy, people: Sequence[SignedIn]) -> list[float]:
    pause = CLASS_WITHIN_SECONDS / len(people)
    with ThreadPoolExecutor(len(people)) as pool:
        presses = []
        for person in people:
            presses.append(pool.submit(_press, copy.portal_url, person))
            time.sleep(pause)
        return [press.result()[1] for press in presses]


def _press(portal_url: str, person: SignedIn) -> tuple[float, float]:
    """When it was pressed, in seconds since the epoch, and the seconds to the answer; on a page
    that is open already.
    """
    with closing(Visitor(portal_url, person)) as visitor:
        visitor.open_dashboard()
        pressed_at, began = time.time(), time.perf_counter()
        visitor.press_start()
        return pressed_at, time.perf_counter() - began
