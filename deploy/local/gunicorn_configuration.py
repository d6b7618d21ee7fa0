"""Configuration of gunicorn in the trial mode: its workers end with it.

Without this, workers of a killed gunicorn serve up to a second longer and then close. A person who
is on the way to the Lab in that second ends on an error page. A container ends all its processes at
once by itself.
"""

from __future__ import annotations

import ctypes
import signal
import sys
from typing import Any

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def post_fork(_arbiter: Any, _worker: Any) -> None:
    """Let the kernel kill this worker when its parent dies. gunicorn calls this in each worker."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
