"""How long the Hub's API takes to answer somebody else while a class starts: five calls a second.

In a process of its own: in the one that plays the class, it would measure that one's own load.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

EVERY_SECONDS = 0.2
PATIENCE_SECONDS = 60.0


class HubSampler:
    """Samples while the context lasts; `seconds` are there after its end."""

    def __init__(self, api_url: str, token: str, username: str) -> None:
        self._arguments = [f"{api_url}/users/{username}", token]
        self.seconds: list[float] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.hub_sampler", *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        output, _ = self._process.communicate()  # the end of its input ends it
        self.seconds = json.loads(output)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.seconds, n=100)[98]


def main() -> None:
    url, token = sys.argv[1:]
    over = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(over,), daemon=True).start()
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE_SECONDS)
    seconds: list[float] = []
    following = time.monotonic()
    while not over.wait(max(0.0, following - time.monotonic())):
        following += EVERY_SECONDS
        began = time.monotonic()
        connection.request("GET", parts.path, headers={"Authorization": f"token {token}"})
        connection.getresponse().read()
        seconds.append(time.monotonic() - began)
    print(json.dumps(seconds))


def _wait_for_the_end(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


if __name__ == "__main__":
    main()
