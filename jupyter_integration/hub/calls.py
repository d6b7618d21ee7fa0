"""One call to the Hub: its identity, its reply, and the log line of its failure."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import uuid4

from jupyter_integration.hub.errors import (
    HubCircuitOpen,
    HubError,
    HubProtocolError,
    HubRejected,
    HubStarting,
    HubUnauthorized,
)
from jupyter_integration.hub.resources import JSON, BrokenResource, ServerUnderCheck

logger = logging.getLogger("jupyter_integration.hub")

Resource = TypeVar("Resource")
Failure = TypeVar("Failure", bound=HubError)


@dataclass(frozen=True, slots=True)
class Call:
    """The identity of one call, used in its log line, its headers and its errors."""

    method: str
    path: str
    request_id: str = field(default_factory=lambda: uuid4().hex)
    began: float = field(default_factory=time.monotonic)

    def failure(
        self,
        kind: type[Failure],
        why: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        hub_message: str = "",
    ) -> Failure:
        """Log that this call failed, and return the error for the caller to raise.

        The caller raises it outside of any `except`. Otherwise the HTTP library's exception, which
        holds the request with our token, would become its context.
        """
        logger.log(
            _level_of(kind),
            "Hub call failed: %s %s -> %s (%s) after %.3f s, request %s: %s",
            self.method,
            self.path,
            "no answer" if status is None else status,
            kind.__name__,
            time.monotonic() - self.began,
            self.request_id,
            why,
        )
        return kind(
            f"{self.method} {self.path}: {why}",
            method=self.method,
            path=self.path,
            status=status,
            retry_after=retry_after,
            request_id=self.request_id,
            hub_message=hub_message,
        )


def _level_of(kind: type[HubError]) -> int:
    if issubclass(kind, HubCircuitOpen):
        return logging.DEBUG  # the breaker has logged once that it opened
    if issubclass(kind, HubRejected) and not issubclass(kind, HubUnauthorized):
        return logging.INFO  # a refusal is an ordinary answer
    return logging.WARNING  # everything else, a refused token included, needs action by staff


@dataclass(frozen=True, slots=True)
class Reply:
    """Response of the expected status; its body stays out of every repr, as it may hold tokens."""

    call: Call
    status: int
    body: JSON = field(repr=False)

    def read(self, reader: Callable[[JSON], Resource]) -> Resource:
        """Turn the body into a resource.

        Raises:
            HubProtocolError: the body does not follow the Hub's contract.
            HubStarting: the Hub has not checked its servers yet.
        """
        kind: type[HubError]
        try:
            return reader(self.body)
        except BrokenResource as broken:
            kind, why = HubProtocolError, str(broken)
        except ServerUnderCheck as unchecked:
            kind, why = HubStarting, str(unchecked)
        raise self.call.failure(kind, why, status=self.status)
