"""Waiting for a condition instead of sleeping."""

import time
from collections.abc import Callable


def wait_for(is_so: Callable[[], object], *, seconds: float = 10.0) -> None:
    """Return once `is_so()` is true; raise TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not become so")
        time.sleep(0.02)
