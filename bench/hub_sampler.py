"""Latency sampler of the Hub's API while a class starts: ten calls a second.

It is a process of its own, so that it does not measure the load of the simulated class. A call is
made and timed from the moment at which it is due, unless ten calls are already waiting. Otherwise a
Hub that stands still for a second would count as one slow call.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

SAMPLE_INTERVAL_SECONDS = 0.1
CALLERS = 10  # a call may take one second before the next one of its caller is late
SAMPLE_TIMEOUT_SECONDS = 60.0


class HubSampler:
    """Samples while the context lasts; afterwards `latencies` holds the seconds of each call."""

    def __init__(self, api_url: str, token: str, username: str) -> None:
        self._arguments = [f"{api_url}/users/{username}", token]
        self.latencies: list[float] = []

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
        output, _ = self._process.communicate()  # it ends when its input ends
        self.latencies = json.loads(output)


def main() -> None:
    url, token = sys.argv[1:]
    over = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=(over,), daemon=True).start()
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=CALLERS) as pool:
        callers = [
            pool.submit(_sample, url, token, began + number * SAMPLE_INTERVAL_SECONDS, over)
            for number in range(CALLERS)
        ]
    print(json.dumps([seconds for caller in callers for seconds in caller.result()]))


def _sample(url: str, token: str, due: float, over: threading.Event) -> list[float]:
    """Call at this caller's due times until `over`; return the seconds from each due time."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=SAMPLE_TIMEOUT_SECONDS)
    seconds: list[float] = []
    while not over.wait(max(0.0, due - time.monotonic())):
        connection.request("GET", parts.path, headers={"Authorization": f"token {token}"})
        response = connection.getresponse()
        response.read()
        if response.status != 200:  # a fast refusal must not count as a fast answer
            raise RuntimeError(f"the Hub answers {response.status}")
        seconds.append(time.monotonic() - due)
        due += CALLERS * SAMPLE_INTERVAL_SECONDS
    return seconds


def _wait_for_end_of_input(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


if __name__ == "__main__":
    main()
