"""Wait for a condition instead of a sleep."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], object], *, seconds: float = 10.0) -> None:
    """Return when `condition()` is true; raise TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the condition was not met within {seconds} s")
        time.sleep(0.02)
