"""The yardstick of a class's start: N calls in flight until ready, straight at the Hub.

Nothing is stored and nobody is told anything: less than this no portal can do.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from jupyter_integration.hub import HubClient, HubError, HubThrottled, HubTransport

STOPPERS = 16
PATIENCE_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.2


class ServerDidNotStart(RuntimeError):
    """The yardstick itself is broken, and so is all that is compared with it."""


class BareHub:
    def __init__(self, api_url: str, token: str, *, slots: int) -> None:
        self._transport = HubTransport(api_url, token, pool_maxsize=2 * slots, read_timeout=60.0)
        self._client = HubClient(self._transport)
        self._slots = slots

    def close(self) -> None:
        self._client.close()

    def start_paced(self, names: Sequence[str], *, within: float) -> float:
        """Start a server for each, who come evenly `within` so many seconds; the seconds from the
        first to the last ready.
        """
        began = time.monotonic()
        with ThreadPoolExecutor(max_workers=self._slots) as pool:
            starts = [
                pool.submit(self._start_at, name, began + within * number / len(names))
                for number, name in enumerate(names)
            ]
        return max(start.result() for start in starts) - began

    def start_at_once(self, names: Sequence[str], *, within: float) -> int:
        """As today's Hub has it: everybody asks once. How many were turned away."""
        began = time.monotonic()
        with ThreadPoolExecutor(max_workers=len(names)) as pool:
            asked = [
                pool.submit(self._ask_at, name, began + within * number / len(names))
                for number, name in enumerate(names)
            ]
        return sum(not one.result() for one in asked)

    def stop_all(self) -> None:
        """Until the Hub shows nobody's server."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while running := [user.name for user in self._client.list_users(state="active")]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(running)} servers did not stop")
            with ThreadPoolExecutor(max_workers=STOPPERS) as pool:
                list(pool.map(self._stop, running))
            time.sleep(LOOK_AGAIN_SECONDS)

    def _start_at(self, name: str, moment: float) -> float:
        """The moment at which it was ready."""
        time.sleep(max(0.0, moment - time.monotonic()))
        while True:
            try:
                self._post(name)
                break
            except HubThrottled as refused:
                time.sleep(refused.retry_after or LOOK_AGAIN_SECONDS)
        *_, last = self._client.follow_progress(name)
        if not last.ready:
            raise ServerDidNotStart(f"{name}: {last.message}")
        return time.monotonic()

    def _ask_at(self, name: str, moment: float) -> bool:
        time.sleep(max(0.0, moment - time.monotonic()))
        try:
            self._post(name)
        except HubError:
            return False
        return True

    def _post(self, name: str) -> None:
        self._transport.request("POST", f"/users/{name}/server", expected={201, 202}, json={})

    def _stop(self, name: str) -> None:
        try:
            self._client.stop_server(name)
        except HubError:  # it was about to change by itself: the next look tells
            return
