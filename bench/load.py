"""Load generator: a few processes that repeat GET requests, each over one kept connection.

It must use little CPU, because it shares the machine with the measured system.
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

RESPONSE_TIMEOUT_SECONDS = 30.0


class UnexpectedResponse(RuntimeError):
    """A response was not a complete 200; the message has the URL and the status."""


@dataclass(frozen=True, slots=True)
class GetRequest:
    """One GET request of one person's browser or program."""

    url: str
    headers: dict[str, str]


@dataclass(slots=True)
class Measured:
    """Responses of one side over all rounds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return the responses per second."""
        return len(self.times) / self.seconds

    def percentile(self, percent: float) -> float:
        """Return the seconds within which `percent` of the responses came."""
        return percentile(self.times, percent)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that `percent` percent of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


class Clients:
    """Pool of client processes for all rounds: to start one takes longer than many requests."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ProcessPoolExecutor(count, mp_context=get_context("forkserver"))

    def __enter__(self) -> Clients:
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown()

    def run(self, requests: Sequence[GetRequest], *, seconds: float, into: Measured) -> None:
        """Let every client send its own share of the requests for `seconds`.

        Raises UnexpectedResponse.
        """
        shares = [requests[number :: self._count] for number in range(self._count)]
        began = time.monotonic()
        for times in self._pool.map(_measure, shares, [time.time() + seconds] * self._count):
            into.times += times
        into.seconds += time.monotonic() - began


def alternate(
    clients: Clients, sides: Sequence[Sequence[GetRequest]], *, rounds: int, seconds: float
) -> list[Measured]:
    """Measure the sides alternately: one round to warm up, then `rounds` rounds that count.

    A disturbance of the machine then affects all sides.
    """
    measured = [Measured() for _side in sides]
    for requests in sides:
        clients.run(requests, seconds=seconds, into=Measured())
    for number in range(rounds):
        order = list(zip(sides, measured, strict=True))
        for requests, into in order if number % 2 == 0 else reversed(order):
            clients.run(requests, seconds=seconds, into=into)
    return measured


def _measure(requests: Sequence[GetRequest], until: float) -> list[float]:
    return list(_times(requests, until))


def _times(requests: Sequence[GetRequest], until: float) -> Iterator[float]:
    parts = urlsplit(requests[0].url)
    address = (parts.hostname or "localhost", parts.port or 80)
    encoded = [(request.url, _encode(request)) for request in requests]
    with (
        socket.create_connection(address, timeout=RESPONSE_TIMEOUT_SECONDS) as connection,
        connection.makefile("rb") as responses,
    ):
        for url, request in cycle(encoded):
            began = time.perf_counter()
            connection.sendall(request)
            status = _read_response(responses)
            yield time.perf_counter() - began
            if status != 200:
                raise UnexpectedResponse(f"{url}: {status or 'the response broke off'}")
            if time.time() > until:
                return


def _encode(request: GetRequest) -> bytes:
    parts = urlsplit(request.url)
    lines = [f"GET {parts.path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _read_response(stream: BinaryIO) -> int:
    """Read one response that has a Content-Length. Return its status, or 0 if it breaks off.

    Python's own client reads every kind of response, at several times the cost.
    """
    first, length = stream.readline(), 0
    while (line := stream.readline()).strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    is_whole = line and len(stream.read(length)) == length > 0
    return int(first.split()[1]) if is_whole else 0
