"""Record of all server lives, written by the spawner: it proves that nobody had two servers.

A folder stands for the machines of real servers. A life has a line when it begins, a line when it
ends and a file in between, so that it outlives the Hub as a container does. Neither the portal nor
the Hub's own code writes here.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Event:
    at: float  # seconds since the epoch
    user: str
    life: str
    what: str  # "begin", "ready", "end", or "replaced" by the next life of the same user
    hub: int  # the process id of the Hub that did it


class Lives:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._record = folder / "record.jsonl"
        (folder / "now").mkdir(parents=True, exist_ok=True)

    def begin(self, user: str) -> str:
        life = uuid.uuid4().hex
        self._file(user, life).touch(exist_ok=False)
        self._write(user, life, "begin")
        return life

    def is_ready(self, user: str, life: str) -> None:
        self._write(user, life, "ready")

    def end(self, user: str, life: str, what: str = "end") -> None:
        """End the life; do nothing if it has ended."""
        try:
            self._file(user, life).unlink()
        except FileNotFoundError:
            return
        self._write(user, life, what)

    def is_alive(self, user: str, life: str) -> bool:
        return self._file(user, life).exists()

    def of(self, user: str) -> list[str]:
        """Return the ids of this user's running servers."""
        return [file.name.partition("+")[2] for file in (self._folder / "now").glob(f"{user}+*")]

    def events(self) -> Iterator[Event]:
        if self._record.exists():
            with self._record.open(encoding="utf-8") as lines:
                for line in lines:
                    yield Event(**json.loads(line))

    def _file(self, user: str, life: str) -> Path:
        return self._folder / "now" / f"{user}+{life}"

    def _write(self, user: str, life: str, what: str) -> None:
        event = {"at": time.time(), "user": user, "life": life, "what": what, "hub": os.getpid()}
        with self._record.open("a", encoding="utf-8") as record:
            record.write(json.dumps(event) + "\n")


def users_with_two_servers(events: Iterable[Event]) -> set[str]:
    """Return the users who had two servers at once, or lost a running server to a second start.

    The next start ends a server that a dead Hub left behind, as it does with a container of the
    same name. Only in that case is a replacement right.
    """
    living: Counter[str] = Counter()
    hub_of: dict[str, int] = {}
    found: set[str] = set()
    for event in events:
        if event.what == "begin":
            living[event.user] += 1
            hub_of[event.life] = event.hub
        elif event.what in ("end", "replaced"):
            living[event.user] -= 1
            if event.what == "replaced" and hub_of.get(event.life) == event.hub:
                found.add(event.user)
        if living[event.user] > 1:
            found.add(event.user)
    return found
