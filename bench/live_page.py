"""2,000 open dashboards: how soon a change is on the screen, and what all of them cost together.

Most are calm; of a hundred the server starts, and each second and a half its progress changes, as
its worker writes it (make_progress.py). Every tab asks as ask_again.js does: when the portal says,
give or take a fifth, one question at a time.
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
WARM_UP_SECONDS = 20.0  # every tab has asked once
SECONDS = 30.0
SPREAD = 0.2  # as in ask_again.js

_CARD = re.compile(r'data-ask-again="([0-9.]+)"\s+hx-get="([^"]+)"')
_PROGRESS = re.compile(r'aria-valuenow="([0-9]+)"')


@dataclass(slots=True)
class Seen:
    """What all tabs saw while it counted."""

    counts: bool = False
    answers: list[float] = field(default_factory=list)  # seconds
    unchanged: int = 0
    changes: list[float] = field(default_factory=list)  # seconds from the change to the screen
    errors: int = 0


class Changes:
    """The progress of each start, and when it became so."""

    def __init__(self) -> None:
        self._made: dict[int, dict[int, float]] = {}

    def made(self, user_ids: Sequence[int], progress: int, *, at: float) -> None:
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
                seconds = await self._ask()
            except (OSError, asyncio.IncompleteReadError):
                self._seen.errors += self._seen.counts
                self._connection, seconds = None, 1.0
            if self._seen.counts:
                self._seen.answers.append(time.monotonic() - began)
            await asyncio.sleep(seconds * random.uniform(1 - SPREAD, 1 + SPREAD))

    async def _ask(self) -> float:
        """Ask for the card; the seconds until the next question."""
        status, headers, page = await self._get()
        if status == 204:
            self._seen.unchanged += self._seen.counts
            return float(headers["ask-again-after"])
        card = _CARD.search(page)
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
            # The edge lets go of a connection that rests, and a browser then opens another.
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
    yield Row(name="dashboards open", value=DASHBOARDS, unit="")
    yield Row(name="questions a second", value=round(len(seen.answers) / SECONDS), unit="/s")
    yield _row("change to screen while starting, p50", percentile(seen.changes, 50), 0.5)
    yield _row("change to screen while starting, p99", percentile(seen.changes, 99), 2.0)
    yield Row(name="answer, p99", value=round(percentile(seen.answers, 99) * 1000), unit="ms")
    yield Row(name="questions without an answer", value=seen.errors, unit="", target=0)
    yield Row(name="share of one core, web processes", value=round(share * 100), unit="%")
    yield Row(name="memory of the web processes", value=round(megabytes), unit="MiB")


def _row(name: str, seconds: float, target: float) -> Row:
    return Row(name=name, value=round(seconds, 3), unit="s", target=target)


async def _watch(copy: RunningCopy, people: Sequence[SignedIn], web: int) -> tuple[Seen, float]:
    seen, changes = Seen(), Changes()
    starting = [person.user_id for person in people[:STARTING]]
    tabs = [Tab(copy.portal_url, person, seen, changes).live() for person in people]
    tasks = [asyncio.create_task(work) for work in (*tabs, _note_progress(copy, starting, changes))]
    await asyncio.sleep(WARM_UP_SECONDS)
    seen.counts, before = True, cpu_seconds(web)
    await asyncio.sleep(SECONDS)
    seen.counts, after = False, cpu_seconds(web)
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(result, asyncio.CancelledError):
            raise RuntimeError("A tab ended before its time") from result
    return seen, (after - before) / SECONDS


async def _note_progress(copy: RunningCopy, user_ids: Sequence[int], changes: Changes) -> None:
    """Have the starts move on, and note each change as it is told, right before it is made."""
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
            changes.made(change["users"], change["progress"], at=change["made_at"])
        raise RuntimeError("nobody makes progress any more")
    finally:
        maker.stdin.close()
        await maker.wait()
