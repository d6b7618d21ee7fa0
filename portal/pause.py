"""Pause after a failure: for a while this process leaves a part alone that does not answer."""

import time
from datetime import timedelta


class Pause:
    def __init__(self, length: timedelta) -> None:
        self._length = length.total_seconds()
        self._ends = 0.0

    def is_on(self) -> bool:
        return time.monotonic() < self._ends

    def begin(self) -> None:
        self._ends = time.monotonic() + self._length

    def end(self) -> None:
        self._ends = 0.0
