"""Calls for a start in the Hub's own log."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

# A refusal has a second line, from the code that raised it; only the access log counts.
_START = re.compile(r" log:\d+\] (\d{3}) POST /hub/api/users/[^/ ]+/server ")


class HubLog:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_from = 0

    def starts_by_status(self) -> Counter[int]:
        """Return the calls for a start since the last call of this method, counted by status."""
        with self._path.open("rb") as log:
            log.seek(self._read_from)
            text = log.read()
            self._read_from = log.tell()
        return Counter(int(status) for status in _START.findall(text.decode(errors="replace")))
