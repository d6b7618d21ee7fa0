"""1,000 people open the same person's page in the same moment, of whom nothing is known yet.

And then one looks again and again. The calls are counted where they arrive, by a proxy between
portal and Hub. Beat is stopped meanwhile: what it has asked every few seconds it asks without any
page as well.
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

AT_ONCE = 1_000
WARM_SECONDS = 4.0  # less than what was read counts as fresh
QUIET_AFTER = 2.0  # seconds
GROWS_OLD_IN = 9.0  # seconds, with some to spare


class NothingWasCold(RuntimeError):
    """The measurement itself is broken: it would meet its target with any portal."""


def measure(folder: Path) -> Iterator[Row]:
    copy = RunningCopy(folder, slots=16)
    with FaultProxy(copy.hub_origin) as proxy, copy:
        copy.bring_up(portal_calls=proxy.origin)
        warm_up, person = copy.sign_in(2)
        _look(copy.portal_url, warm_up)
        copy.parts["beat"].end()
        time.sleep(QUIET_AFTER)
        _forget_all_that_is_known(copy)
        proxy.forget_calls()
        began = time.monotonic()
        answered = _look_at_once(copy.portal_url, person)
        seconds = time.monotonic() - began
        time.sleep(GROWS_OLD_IN)
        cold = _calls(proxy)
        if not cold:
            raise NothingWasCold("a view of which nothing was known had the Hub read by nobody")
        _look(copy.portal_url, person)  # and so it is read again
        time.sleep(QUIET_AFTER)
        proxy.forget_calls()
        began, views = time.monotonic(), 0
        while time.monotonic() - began < WARM_SECONDS:
            views += _look(copy.portal_url, person)
        warm = _calls(proxy)
    yield Row(
        name=f"{AT_ONCE} cold views: answered",
        value=answered,
        unit="",
        target=AT_ONCE,
        at_least=True,
    )
    yield Row(name=f"{AT_ONCE} cold views: Hub calls", value=cold, unit="", target=1)
    yield Row(name=f"{AT_ONCE} cold views: last answer after", value=round(seconds, 1), unit="s")
    yield Row(name=f"{views} warm views: Hub calls", value=warm, unit="", target=0)


def _forget_all_that_is_known(copy: RunningCopy) -> None:
    """Empty the cache; the broker's own keys beside it stay."""
    with closing(Redis.from_url(copy.environment["REDIS_URL"])) as store:
        for key in store.scan_iter(f"{CACHE_PREFIX}:*"):
            store.delete(key)


def _look_at_once(portal_url: str, person: SignedIn) -> int:
    """How many were answered."""
    start = threading.Barrier(AT_ONCE)

    def look(_number: int) -> bool:
        start.wait()
        return _look(portal_url, person)

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return sum(pool.map(look, range(AT_ONCE)))


def _look(portal_url: str, person: SignedIn) -> bool:
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
