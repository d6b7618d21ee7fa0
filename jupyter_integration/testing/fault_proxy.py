"""Fault proxy between portal and Hub: injects network and Hub failures into chosen calls.

    with FaultProxy("http://127.0.0.1:8081") as proxy:
        settings.JUPYTERHUB_API_URL = proxy.api_url
        proxy.inflict(Reset(after_work=True), method="POST", path="/server$", times=1)
        ...
        proxy.heal()
        assert [call.status for call in proxy.calls] == [None, 200]

Real sockets on both sides; event streams are relayed event by event.
"""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from jupyter_integration.testing.exchange import Call, Exchange
from jupyter_integration.testing.fake_hub_api import Request
from jupyter_integration.testing.fake_hub_server import HttpHandler, Listener
from jupyter_integration.testing.faults import Fault


@dataclass
class _Rule:
    fault: Fault
    method: str | None
    path: re.Pattern[str]
    skipped: int
    times: int | None

    def applies_to(self, request: Request) -> bool:
        """Return whether the fault applies to this request, and count it."""
        path = request.target.partition("?")[0]
        if self.times == 0 or self.method not in (None, request.method):
            return False
        if not self.path.search(path):
            return False
        if self.skipped:
            self.skipped -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class FaultProxy:
    def __init__(self, hub_origin: str) -> None:
        """Stand in front of the Hub at `hub_origin`, such as http://127.0.0.1:8081."""
        address = urlsplit(hub_origin)
        self._hub = (address.hostname or "", address.port or 80)
        self._listener = Listener(self._respond)
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._rules: list[_Rule] = []
        self._healed = threading.Event()

    def __enter__(self) -> Self:
        self._listener.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.heal()
        self._listener.close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._listener.port}"

    @property
    def api_url(self) -> str:
        return f"{self.origin}/hub/api"

    def inflict(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        path: str = "",
        skip: int = 0,
        times: int | None = None,
    ) -> None:
        """Inject the fault into calls whose path contains the pattern `path`.

        It skips the first `skip` of them and applies to the next `times`, or to all. Of several
        matching faults the first applies.
        """
        with self._lock:
            self._rules.append(_Rule(fault, method, re.compile(path), skip, times))

    def heal(self) -> None:
        """Remove all faults, and release the calls that they hold."""
        with self._lock:
            self._rules.clear()
            self._healed.set()
            self._healed = threading.Event()

    @property
    def calls(self) -> list[Call]:
        """All calls so far in order, including those that still go on."""
        with self._lock:
            return [replace(call) for call in self._calls]

    def count(self, method: str, path: str = "") -> int:
        """Return the number of calls of this method whose path contains the pattern."""
        pattern = re.compile(path)
        return sum(
            call.method == method and bool(pattern.search(call.path.partition("?")[0]))
            for call in self.calls
        )

    @property
    def holds_a_call(self) -> bool:
        """Whether a client now waits for a response that never comes."""
        return any(call.is_held and call.seconds is None for call in self.calls)

    def forget_calls(self) -> None:
        with self._lock:
            self._calls.clear()

    def _respond(self, handler: HttpHandler, request: Request) -> None:
        call = Call(request.method, request.target, request.headers.get("X-Request-ID", ""))
        with self._lock:
            self._calls.append(call)
            fault = next((rule.fault for rule in self._rules if rule.applies_to(request)), None)
            healed = self._healed
        exchange = Exchange(handler, request, call, hub=self._hub, healed=healed)
        began = time.monotonic()
        try:
            if fault is None:
                exchange.relay()
            else:
                fault.play(exchange)
        finally:
            call.seconds = time.monotonic() - began
