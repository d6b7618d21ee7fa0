"""A page of one piece that says which process answered; `/slow` takes its time."""

import os
import time
from collections.abc import Callable, Iterable

SLOW_SECONDS = 0.3
LENGTH = 12_000  # bytes, about those of a dashboard


def application(
    environ: dict[str, str], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/slow":
        time.sleep(SLOW_SECONDS)
    body = str(os.getpid()).ljust(LENGTH).encode("ascii")
    start_response("200 OK", [("Content-Length", str(LENGTH))])
    return [body]
