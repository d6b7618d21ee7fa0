"""How long the Hub's API takes to answer somebody else while a class starts: ten calls a second.

In a process of its own: in the one that plays the class, it would measure that one's own load.
Each call is timed from when it is due, and made then too, unless ten wait for an answer already:
else a Hub that stands still for a second would be one slow call.
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

EVERY_SECONDS = 0.1
CALLERS = 10  # who take turns: one answer may take a second before a call is late
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


def main() -> None:
    url, token = sys.argv[1:]
    over = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(over,), daemon=True).start()
    began = time.monotonic()
    with ThreadPoolExecutor(max_workers=CALLERS) as pool:
        callers = [
            pool.submit(_ask, url, token, began + number * EVERY_SECONDS, over)
            for number in range(CALLERS)
        ]
    print(json.dumps([seconds for caller in callers for seconds in caller.result()]))


def _ask(url: str, token: str, due: float, over: threading.Event) -> list[float]:
    """Ask in this caller's turns until it is over; the seconds from each turn to its answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE_SECONDS)
    seconds: list[float] = []
    while not over.wait(max(0.0, due - time.monotonic())):
        connection.request("GET", parts.path, headers={"Authorization": f"token {token}"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:  # a quick refusal is no quick answer
            raise RuntimeError(f"the Hub answers {answer.status}")
        seconds.append(time.monotonic() - due)
        due += CALLERS * EVERY_SECONDS
    return seconds


def _wait_for_the_end(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


if __name__ == "__main__":
    main()
