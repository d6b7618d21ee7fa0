"""Hub calls of 1,000 simultaneous views of one person's dashboard with an empty cache.

Then one browser loads the page again and again with a warm cache. A proxy between portal and Hub
counts the calls. Beat is stopped meanwhile, since it reads the Hub without any page.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from redis import Redis

from bench.report import Row
from bench.running_copy import RunningCopy
from bench.signed_in import SignedIn
from bench.visitor import ErrorSeen, Visitor
from jupyter_integration.testing import FaultProxy
from portal.database_settings import CACHE_PREFIX

COLD_VIEWS = 1_000
WARM_SECONDS = 4.0  # less than the time for which a reading is fresh
QUIET_SECONDS = 2.0
STALE_AFTER_SECONDS = 9.0  # a little more than the time for which a reading is fresh


class CacheWasWarm(RuntimeError):
    """The measurement is broken: with a warm cache every portal meets the target."""


def measure(folder: Path) -> Iterator[Row]:
    copy = RunningCopy(folder, slots=16)
    with FaultProxy(copy.hub_origin) as proxy, copy:
        copy.bring_up(portal_calls=proxy.origin)
        warm_up, person = copy.sign_in(2)
        _view(copy.portal_url, warm_up)
        copy.parts["beat"].end()
        time.sleep(QUIET_SECONDS)
        _empty_cache(copy)
        proxy.forget_calls()
        began = time.monotonic()
        answered = _view_together(copy.portal_url, person)
        seconds = time.monotonic() - began
        time.sleep(STALE_AFTER_SECONDS)
        cold = _calls(proxy)
        if not cold:
            raise CacheWasWarm("no view of the empty cache caused a call of the Hub")
        _view(copy.portal_url, person)  # this view has the Hub read again
        time.sleep(QUIET_SECONDS)
        proxy.forget_calls()
        began, views = time.monotonic(), 0
        while time.monotonic() - began < WARM_SECONDS:
            views += _view(copy.portal_url, person)
        warm = _calls(proxy)
    yield Row(
        name=f"{COLD_VIEWS} cold views: answered",
        value=answered,
        unit="",
        target=COLD_VIEWS,
        at_least=True,
    )
    yield Row(name=f"{COLD_VIEWS} cold views: Hub calls", value=cold, unit="", target=1)
    yield Row(name=f"{COLD_VIEWS} cold views: last answer after", value=round(seconds, 1), unit="s")
    yield Row(name=f"{views} warm views: Hub calls", value=warm, unit="", target=0)


def _empty_cache(copy: RunningCopy) -> None:
    """Delete the cache's keys and keep the broker's."""
    with closing(Redis.from_url(copy.environment["REDIS_URL"])) as store:
        for key in store.scan_iter(f"{CACHE_PREFIX}:*"):
            store.delete(key)


def _view_together(portal_url: str, person: SignedIn) -> int:
    """Return how many views were answered with 200."""
    start = threading.Barrier(COLD_VIEWS)

    def view(_number: int) -> bool:
        start.wait()
        return _view(portal_url, person)

    with ThreadPoolExecutor(max_workers=COLD_VIEWS) as pool:
        return sum(pool.map(view, range(COLD_VIEWS)))


def _view(portal_url: str, person: SignedIn) -> bool:
    with closing(Visitor(portal_url, person)) as visitor:
        try:
            visitor.open_dashboard()
        except ErrorSeen:
            return False
    return True


def _calls(proxy: FaultProxy) -> int:
    calls = proxy.calls
    for call in calls:
        print(f"{call.method} {call.path}", file=sys.stderr)
    return len(calls)
