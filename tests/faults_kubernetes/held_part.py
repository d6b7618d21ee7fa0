"""Part of the cluster that is held for some seconds, and then goes on.

CLUSTER_PAUSE   a command that takes the part, `kubelet` or `kube-apiserver`, and the seconds
"""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

MAX_DELAY = 10.0  # seconds that the command itself may need


@contextmanager
def held(part: str, seconds: int) -> Iterator[float]:
    """Hold the part while the block runs, and wait until it goes on.

    The value is the time at which it goes on, by `time.monotonic`.
    """
    command = [*shlex.split(os.environ["CLUSTER_PAUSE"]), part, str(seconds)]
    holding = subprocess.Popen(command)
    try:
        yield time.monotonic() + seconds
    finally:
        assert holding.wait(timeout=seconds + MAX_DELAY) == 0
