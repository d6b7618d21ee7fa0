"""Rate limits of the API."""

from datetime import timedelta
from typing import cast

from django.core.cache import BaseCache, caches
from django.utils.connection import ConnectionProxy
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle, ScopedRateThrottle
from rest_framework.views import APIView

from portal.limits.rates import Rate, take

CHANGES = Rate(20, timedelta(minutes=1))


class ReadThrottle(ScopedRateThrottle):
    """Counts reads in this process alone: a shared count costs more than the response.

    With N web processes a program may read up to N times as often (ADR 2).
    """

    cache = cast(BaseCache, ConnectionProxy(caches, "process"))


class ChangeThrottle(BaseThrottle):
    """Counts changes of a user in the database, with all processes and without Redis."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        self._wait = take("server-change", f"account {request.user.pk}", CHANGES)
        return self._wait is None

    def wait(self) -> float | None:
        return self._wait.total_seconds() if self._wait else None
