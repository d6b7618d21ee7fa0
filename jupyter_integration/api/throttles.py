"""Rate limits of the API."""

from typing import cast

from django.core.cache import BaseCache, caches
from django.utils.connection import ConnectionProxy
from rest_framework.throttling import ScopedRateThrottle


class ReadThrottle(ScopedRateThrottle):
    """Counts reads in this process alone: a shared count costs more than the response.

    With N web processes a program may read up to N times as often (ADR 2).
    """

    cache = cast(BaseCache, ConnectionProxy(caches, "process"))
