"""A measuring client: a few processes that ask again and again, each over one open connection.

It has to cost little, since it shares the machine with what it measures.
"""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing import get_context
from typing import BinaryIO
from urllib.parse import urlsplit

PATIENCE_SECONDS = 30.0


class WrongAnswer(RuntimeError):
    """Says what was asked, and what came instead of 200."""


@dataclass(frozen=True, slots=True)
class Question:
    """One GET, as one person's browser or program sends it."""

    url: str
    headers: dict[str, str]


@dataclass(slots=True)
class Measured:
    """What one side answered, over all rounds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def percentile(self, percent: float) -> float:
        """Seconds within which that share of the answers came."""
        return percentile(self.times, percent)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that `percent` of them do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


class Clients:
    """Processes that are there for all rounds: starting one takes longer than many answers."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ProcessPoolExecutor(count, mp_context=get_context("forkserver"))

    def __enter__(self) -> Clients:
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown()

    def ask(self, questions: Sequence[Question], *, seconds: float, into: Measured) -> None:
        """Let every client ask for so long; each has a share of the questions for itself.

        Raises WrongAnswer.
        """
        shares = [questions[number :: self._count] for number in range(self._count)]
        began = time.monotonic()
        for times in self._pool.map(_ask, shares, [time.time() + seconds] * self._count):
            into.times += times
        into.seconds += time.monotonic() - began


def take_turns(
    clients: Clients, sides: Sequence[Sequence[Question]], *, rounds: int, seconds: float
) -> list[Measured]:
    """Ask each side in turn, one round to warm up and then `rounds` that count.

    What disturbs the machine for a while so disturbs all sides.
    """
    measured = [Measured() for _side in sides]
    for questions in sides:
        clients.ask(questions, seconds=seconds, into=Measured())
    for turn in range(rounds):
        order = list(zip(sides, measured, strict=True))
        for questions, into in order if turn % 2 == 0 else reversed(order):
            clients.ask(questions, seconds=seconds, into=into)
    return measured


def _ask(questions: Sequence[Question], until: float) -> list[float]:
    return list(_times(questions, until))


def _times(questions: Sequence[Question], until: float) -> Iterator[float]:
    parts = urlsplit(questions[0].url)
    address = (parts.hostname or "localhost", parts.port or 80)
    asked = [(question.url, _request(question)) for question in questions]
    with (
        socket.create_connection(address, timeout=PATIENCE_SECONDS) as connection,
        connection.makefile("rb") as answers,
    ):
        for url, request in cycle(asked):
            began = time.perf_counter()
            connection.sendall(request)
            status = _read_answer(answers)
            yield time.perf_counter() - began
            if status != 200:
                raise WrongAnswer(f"{url}: {status or 'an answer that broke off'}")
            if time.time() > until:
                return


def _request(question: Question) -> bytes:
    parts = urlsplit(question.url)
    lines = [f"GET {parts.path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in question.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _read_answer(answers: BinaryIO) -> int:
    """Read one answer that says its length, and return its status; 0 where it breaks off.

    Python's own client reads any answer, at several times the cost of this.
    """
    first, length = answers.readline(), 0
    while (line := answers.readline()).strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    is_whole = line and len(answers.read(length)) == length > 0
    return int(first.split()[1]) if is_whole else 0
