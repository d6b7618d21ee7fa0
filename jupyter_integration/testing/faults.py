"""What goes wrong between portal and Hub: each fault plays the Hub's side of one exchange.

With `after_work` the Hub has done what it was asked for, and only the answer is lost or spoiled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from jupyter_integration.testing.exchange import Exchange


class Fault(Protocol):
    def play(self, exchange: Exchange) -> None:
        """Answer the request, or do not."""


@dataclass(frozen=True)
class Answer:
    """An answer that is not the Hub's."""

    status: int
    body: bytes
    content_type: str | None = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    after_work: bool = False

    def play(self, exchange: Exchange) -> None:
        if self.after_work:
            exchange.let_hub_work()
        exchange.answer(self.status, self.content_type, self.body, self.headers)


def throttled(retry_after: int | None = None) -> Answer:
    """As the Hub says that too many start at once; without a time, that too many servers run."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Answer(429, _error(429, "Too many users trying to log in right now."), headers=headers)


def server_error(*, after_work: bool = False) -> Answer:
    """As the Hub stumbles over itself."""
    return Answer(500, _error(500, "Internal Server Error"), after_work=after_work)


def unavailable(*, after_work: bool = False) -> Answer:
    """As a proxy says that there is no Hub behind it, or lost it."""
    return Answer(503, b"Service Unavailable", content_type=None, after_work=after_work)


def bad_json(*, after_work: bool = True) -> Answer:
    """A success whose body nobody can read."""
    return Answer(200, b'{"name": "sara", "servers": {', after_work=after_work)


def html(*, after_work: bool = False) -> Answer:
    """A success, but of another program: a sign-in page of the network's own, for instance."""
    page = b"<!doctype html><title>Sign in to the network</title>"
    return Answer(200, page, content_type="text/html", after_work=after_work)


@dataclass(frozen=True)
class Reset:
    """The connection breaks."""

    after_work: bool = False

    def play(self, exchange: Exchange) -> None:
        if self.after_work:
            exchange.let_hub_work()
        exchange.reset()


@dataclass(frozen=True)
class Blackhole:
    """The request is taken, and nothing ever comes back."""

    after_work: bool = False

    def play(self, exchange: Exchange) -> None:
        if self.after_work:
            exchange.let_hub_work()
        exchange.hold()


@dataclass(frozen=True)
class Latency:
    """The Hub is asked, and answers, that much later."""

    seconds: float

    def play(self, exchange: Exchange) -> None:
        exchange.wait(self.seconds)
        exchange.relay()


@dataclass(frozen=True)
class SlowBody:
    """The body drips: a few bytes, a pause of `seconds`, a few bytes more."""

    seconds: float

    def play(self, exchange: Exchange) -> None:
        exchange.relay(pause=self.seconds)


@dataclass(frozen=True)
class TruncatedBody:
    """The connection ends in the middle of the body; a stream ends within its first event."""

    def play(self, exchange: Exchange) -> None:
        exchange.relay(truncated=True)


def _error(status: int, message: str) -> bytes:
    return json.dumps({"status": status, "message": message}).encode()
