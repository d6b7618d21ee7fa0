"""Cost of 2,000 open dashboards, and the time from a change to the screen.

A hundred of them have a start in progress, whose progress changes every 1.5 seconds, written as its
worker writes it (make_progress.py). A tab polls as the page's script does: one request at a time,
after the interval that the portal returns, ± 20 %.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from bench.load import percentile
from bench.processes import cpu_seconds, resident_megabytes
from bench.report import Row
from bench.running_copy import REPOSITORY, RunningCopy
from bench.signed_in import SignedIn

DASHBOARDS = 2000
STARTING = 100
CHANGE_EVERY_SECONDS = 1.5
WARM_UP_SECONDS = 20.0  # every tab has polled once
MEASURED_SECONDS = 30.0
POLL_SPREAD = 0.2  # as in the page's script

_POLL_AGAIN = re.compile(r'data-poll-after="([0-9.]+)"\s+hx-get="([^"]+)"')
_PROGRESS = re.compile(r'aria-valuenow="([0-9]+)"')


@dataclass(slots=True)
class Seen:
    """Counts of all tabs together, taken while `counts` is set."""

    counts: bool = False
    latencies: list[float] = field(default_factory=list)  # seconds
    unchanged: int = 0
    changes: list[float] = field(default_factory=list)  # seconds from the change to the screen
    errors: int = 0


class Changes:
    """Progress values of each start, with the time at which each was written."""

    def __init__(self) -> None:
        self._made: dict[int, dict[int, float]] = {}

    def add(self, user_ids: Sequence[int], progress: int, *, at: float) -> None:
        for user_id in user_ids:
            self._made.setdefault(user_id, {})[progress] = at

    def age(self, user_id: int, progress: int) -> float | None:
        made = self._made.get(user_id, {}).pop(progress, None)
        return None if made is None else time.monotonic() - made


class Tab:
    def __init__(self, portal_url: str, person: SignedIn, seen: Seen, changes: Changes) -> None:
        self._host, self._port = urlsplit(portal_url).hostname, urlsplit(portal_url).port
        self._person = person
        self._seen = seen
        self._changes = changes
        self._address = "/dashboard/server/?follow=&next="
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def live(self) -> None:
        await asyncio.sleep(random.uniform(0, WARM_UP_SECONDS / 2))
        while True:
            began = time.monotonic()
            try:
                seconds = await self._poll()
            except (OSError, asyncio.IncompleteReadError):
                self._seen.errors += self._seen.counts
                self._connection, seconds = None, 1.0
            if self._seen.counts:
                self._seen.latencies.append(time.monotonic() - began)
            await asyncio.sleep(seconds * random.uniform(1 - POLL_SPREAD, 1 + POLL_SPREAD))

    async def _poll(self) -> float:
        """Request the card; return the seconds until the next request."""
        status, headers, page = await self._get()
        if status == 204:
            self._seen.unchanged += self._seen.counts
            return float(headers["poll-after"])
        card = _POLL_AGAIN.search(page)
        if status != 200 or card is None:
            raise OSError(f"{status} and no card")
        self._address = unescape(card[2])
        if progress := _PROGRESS.search(page):
            age = self._changes.age(self._person.user_id, int(progress[1]))
            if age is not None and self._seen.counts:
                self._seen.changes.append(age)
        return float(card[1])

    async def _get(self) -> tuple[int, dict[str, str], str]:
        fresh = self._connection is None
        if self._connection is None:
            self._connection = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._connection
        writer.write(
            f"GET {self._address} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"HX-Request: true\r\nCookie: {self._person.cookie}\r\n\r\n".encode()
        )
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except (OSError, asyncio.IncompleteReadError):
            # The edge closes idle connections; a browser then opens another.
            writer.close()
            self._connection = None
            if fresh:
                raise
            return await self._get()
        first, *lines = head.strip().split("\r\n")
        headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            writer.close()
            self._connection = None
        return int(first.split()[1]), headers, body.decode()


def measure(folder: Path) -> Iterator[Row]:
    with RunningCopy.start(folder) as copy:
        lines = copy.run(["-m", "bench.open_dashboards", str(DASHBOARDS), str(STARTING)])
        people = [SignedIn(**json.loads(line)) for line in lines.splitlines()]
        web = copy.parts["web"].pid
        seen, share = asyncio.run(_watch(copy, people, web))
        megabytes = resident_megabytes(web)
    rate = len(seen.latencies) / MEASURED_SECONDS
    yield Row(name="dashboards open", value=DASHBOARDS, unit="")
    yield Row(name="requests a second", value=round(rate), unit="/s")
    yield _row("change to screen while starting, p50", percentile(seen.changes, 50), 0.5)
    yield _row("change to screen while starting, p99", percentile(seen.changes, 99), 2.0)
    yield Row(name="response, p99", value=round(percentile(seen.latencies, 99) * 1000), unit="ms")
    yield Row(name="requests without an answer", value=seen.errors, unit="", target=0)
    yield Row(name="share of one core, web processes", value=round(share * 100), unit="%")
    yield Row(name="memory of the web processes", value=round(megabytes), unit="MiB")


def _row(name: str, seconds: float, target: float) -> Row:
    return Row(name=name, value=round(seconds, 3), unit="s", target=target)


async def _watch(copy: RunningCopy, people: Sequence[SignedIn], web: int) -> tuple[Seen, float]:
    seen, changes = Seen(), Changes()
    starting = [person.user_id for person in people[:STARTING]]
    tabs = [Tab(copy.portal_url, person, seen, changes).live() for person in people]
    progress = _record_progress(copy, starting, changes)
    tasks = [asyncio.create_task(work) for work in (*tabs, progress)]
    await asyncio.sleep(WARM_UP_SECONDS)
    seen.counts, before = True, cpu_seconds(web)
    await asyncio.sleep(MEASURED_SECONDS)
    seen.counts, after = False, cpu_seconds(web)
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(result, asyncio.CancelledError):
            raise RuntimeError("A tab ended before its time") from result
    return seen, (after - before) / MEASURED_SECONDS


async def _record_progress(copy: RunningCopy, user_ids: Sequence[int], changes: Changes) -> None:
    """Run make_progress.py and record each change that it prints, right before it is written."""
    maker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.make_progress", str(CHANGE_EVERY_SECONDS)),
        *map(str, user_ids),
        cwd=REPOSITORY,
        env=copy.environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert maker.stdin is not None
    assert maker.stdout is not None
    try:
        async for line in maker.stdout:
            change = json.loads(line)
            changes.add(change["users"], change["progress"], at=change["made_at"])
        raise RuntimeError("make_progress ended before its time")
    finally:
        maker.stdin.close()
        await maker.wait()
