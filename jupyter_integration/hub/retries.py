"""Retries of calls to the Hub: safe methods only, with jitter."""

from __future__ import annotations

import random
from types import TracebackType
from typing import Self

from urllib3 import BaseHTTPResponse, Retry
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import MaxRetryError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SafeRetry(Retry):
    """urllib3's Retry without two of its rules.

    urllib3 retries any method after a refused connection, and its first retry has no delay: callers
    that lost the Hub at the same moment would all return at the same moment.
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
    """Return a policy of `number` attempts, about `backoff`, twice `backoff`, … seconds apart."""
    return SafeRetry(
        # urllib3 does not count the first attempt.
        total=number - 1,
        allowed_methods=SAFE_METHODS,
        status_forcelist=frozenset({502, 503, 504}),
        raise_on_status=False,
        redirect=0,
        raise_on_redirect=False,
        backoff_factor=backoff,
        backoff_max=5.0,
        # Otherwise a GET sleeps for as long as Retry-After, up to six hours (urllib3 2.8).
        respect_retry_after_header=False,
    )
