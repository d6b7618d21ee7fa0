"""Faults between portal and Hub: each plays the Hub's side of one exchange.

With `after_work` the Hub has acted, and only the response is lost or broken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from jupyter_integration.testing.exchange import Exchange


class Fault(Protocol):
    def play(self, exchange: Exchange) -> None:
        """Answer the request, or not."""


@dataclass(frozen=True)
class Answer:
    """A response that is not the Hub's."""

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
    """The Hub's 429: for too many starts with a time, for too many servers without."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Answer(429, _error(429, "Too many users trying to log in right now."), headers=headers)


def server_error(*, after_work: bool = False) -> Answer:
    """The Hub's own 500."""
    return Answer(500, _error(500, "Internal Server Error"), after_work=after_work)


def unavailable(*, after_work: bool = False) -> Answer:
    """The proxy's 503, without a Hub behind it."""
    return Answer(503, b"Service Unavailable", content_type=None, after_work=after_work)


def bad_json(*, after_work: bool = True) -> Answer:
    """A 200 with malformed JSON."""
    return Answer(200, b'{"name": "sara", "servers": {', after_work=after_work)


def html(*, after_work: bool = False) -> Answer:
    """A 200 with HTML of another program, for example a network's sign-in page."""
    page = b"<!doctype html><title>Sign in to the network</title>"
    return Answer(200, page, content_type="text/html", after_work=after_work)


@dataclass(frozen=True)
class Reset:
    """The connection is reset."""

    after_work: bool = False

    def play(self, exchange: Exchange) -> None:
        if self.after_work:
            exchange.let_hub_work()
        exchange.reset()


@dataclass(frozen=True)
class Blackhole:
    """The request is accepted and never answered."""

    after_work: bool = False

    def play(self, exchange: Exchange) -> None:
        if self.after_work:
            exchange.let_hub_work()
        exchange.hold()


@dataclass(frozen=True)
class Latency:
    """The request reaches the Hub `seconds` later."""

    seconds: float

    def play(self, exchange: Exchange) -> None:
        exchange.wait(self.seconds)
        exchange.relay()


@dataclass(frozen=True)
class SlowBody:
    """The body is sent in pieces of a few bytes, with `seconds` between them."""

    seconds: float

    def play(self, exchange: Exchange) -> None:
        exchange.relay(pause=self.seconds)


@dataclass(frozen=True)
class TruncatedBody:
    """The connection ends in the middle of the body; of a stream, in its first event."""

    def play(self, exchange: Exchange) -> None:
        exchange.relay(truncated=True)


def _error(status: int, message: str) -> bytes:
    return json.dumps({"status": status, "message": message}).encode()
