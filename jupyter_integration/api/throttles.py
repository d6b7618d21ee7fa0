"""How often a program may ask."""

from typing import cast

from django.core.cache import BaseCache, caches
from django.utils.connection import ConnectionProxy
from rest_framework.throttling import ScopedRateThrottle


class ReadThrottle(ScopedRateThrottle):
    """Counts in this process alone: to count a question together costs more than to answer it.

    With several web processes a program that asks all of them is refused as much later.
    """

    cache = cast(BaseCache, ConnectionProxy(caches, "process"))
