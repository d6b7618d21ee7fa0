"""A page of one piece that says which process answered.

`/slow` takes its time; `/slow?FILE` makes that file when it begins.
"""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

SLOW_SECONDS = 0.3
LENGTH = 12_000  # bytes, about those of a dashboard


def application(
    environ: dict[str, str], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/slow":
        if environ["QUERY_STRING"]:
            Path(environ["QUERY_STRING"]).touch()
        time.sleep(SLOW_SECONDS)
    body = str(os.getpid()).ljust(LENGTH).encode("ascii")
    start_response("200 OK", [("Content-Length", str(LENGTH))])
    return [body]
