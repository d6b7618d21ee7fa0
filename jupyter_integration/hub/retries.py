"""Which calls are sent again, and how long we wait before."""

from __future__ import annotations

import random
from types import TracebackType
from typing import Self

from urllib3 import BaseHTTPResponse, Retry
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import MaxRetryError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SafeRetry(Retry):
    """urllib3's Retry without its two exceptions to what we want.

    It resends any method after a refused connection, and it resends at once the first time: many
    callers that lost the same Hub at the same moment would all come back together.
    """

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        if error is not None and (method or "").upper() not in SAFE_METHODS:
            raise MaxRetryError(_pool, url or "", error) from error  # type: ignore[arg-type]
        return super().increment(method, url, response, error, _pool, _stacktrace)

    def get_backoff_time(self) -> float:
        wait: float = self.backoff_factor * 2 ** (len(self.history) - 1)
        return min(self.backoff_max, wait * random.uniform(0.5, 1.5))  # noqa: S311


def with_attempts(number: int, backoff: float) -> SafeRetry:
    """At most so many attempts in all: about `backoff`, twice `backoff`, … seconds apart."""
    return SafeRetry(
        # urllib3 counts what comes after the first attempt.
        total=number - 1,
        allowed_methods=SAFE_METHODS,
        status_forcelist=frozenset({502, 503, 504}),
        raise_on_status=False,
        redirect=0,
        raise_on_redirect=False,
        backoff_factor=backoff,
        backoff_max=5.0,
        # Else a GET sleeps for as long as the answer asks, up to six hours.
        respect_retry_after_header=False,
    )
