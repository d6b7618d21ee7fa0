"""Bare pacer: the yardstick of a class's start, with N starts in flight directly at the Hub.

It stores nothing and informs nobody; no portal can do less.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError, HubThrottled
from jupyter_integration.hub.transport import HubTransport

STOPPERS = 16
STOP_ALL_TIMEOUT_SECONDS = 60.0
HUB_POLL_SECONDS = 0.2


class ServerDidNotStart(RuntimeError):
    """A server of the yardstick did not start, so no comparison with it is valid."""


class BareHub:
    def __init__(self, api_url: str, token: str, *, slots: int) -> None:
        self._transport = HubTransport(api_url, token, pool_maxsize=2 * slots, read_timeout=60.0)
        self._client = HubClient(self._transport)
        self._slots = slots

    def close(self) -> None:
        self._client.close()

    def create_users(self, names: Sequence[str]) -> None:
        self._transport.request("POST", "/users", expected={201}, json={"usernames": list(names)})

    def start_paced(self, names: Sequence[str], *, within: float) -> float:
        """Start a server for each name, spread evenly over `within` seconds. Return the seconds
        from the first start to the last ready server.
        """
        began = time.monotonic()
        with ThreadPoolExecutor(max_workers=self._slots) as pool:
            starts = [
                pool.submit(self._start_at, name, began + within * number / len(names))
                for number, name in enumerate(names)
            ]
        return max(start.result() for start in starts) - began

    def start_unpaced(self, names: Sequence[str], *, within: float) -> int:
        """Post once for each name, as the Hub's own pages do. Return how many the Hub refused."""
        began = time.monotonic()
        with ThreadPoolExecutor(max_workers=len(names)) as pool:
            posts = [
                pool.submit(self._try_at, name, began + within * number / len(names))
                for number, name in enumerate(names)
            ]
        return sum(not one.result() for one in posts)

    def stop_all(self) -> None:
        """Stop all servers; return when the Hub lists none."""
        deadline = time.monotonic() + STOP_ALL_TIMEOUT_SECONDS
        while running := [user.name for user in self._client.list_users(state="active")]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(running)} servers did not stop")
            with ThreadPoolExecutor(max_workers=STOPPERS) as pool:
                list(pool.map(self._stop, running))
            time.sleep(HUB_POLL_SECONDS)

    def _start_at(self, name: str, moment: float) -> float:
        """Return the monotonic time at which the server was ready."""
        time.sleep(max(0.0, moment - time.monotonic()))
        while True:
            try:
                self._post(name)
                break
            except HubThrottled as refused:
                time.sleep(refused.retry_after or HUB_POLL_SECONDS)
        *_, last = self._client.follow_progress(name)
        if not last.ready:
            raise ServerDidNotStart(f"{name}: {last.message}")
        return time.monotonic()

    def _try_at(self, name: str, moment: float) -> bool:
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
        except HubError:  # the server was changing; the next list shows the result
            return
