"""What the Hub itself wrote of the calls that it answered."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

# Of a refusal another line tells as well, by whoever raised it.
_START = re.compile(r" log:\d+\] (\d{3}) POST /hub/api/users/[^/ ]+/server ")


class HubLog:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_from = 0

    def starts_by_status(self) -> Counter[int]:
        """How the Hub answered the calls for a start that came since this was last asked."""
        with self._path.open("rb") as log:
            log.seek(self._read_from)
            text = log.read()
            self._read_from = log.tell()
        return Counter(int(status) for status in _START.findall(text.decode(errors="replace")))
