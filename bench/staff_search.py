"""Staff's search among 100,000 accounts and 300,000 starts on PostgreSQL."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from pathlib import Path

from bench.report import Row
from bench.running_copy import RunningCopy

ACCOUNTS = 100_000
MAX_SECONDS = 1.0


def measure(folder: Path) -> Iterator[Row]:
    with RunningCopy(folder) as copy:
        copy.bring_up_only("postgres", "redis")
        copy.manage("prepare")
        copy.manage("collectstatic", "--noinput", "--verbosity", "0")
        copy.run(["-m", "bench.enrol", str(ACCOUNTS)])
        seconds: dict[str, list[list[float]]] = json.loads(copy.run(["-m", "bench.time_searches"]))
    for name, times in seconds.items():
        yield Row(
            name=f"{name} of {ACCOUNTS:,} accounts, slowest term, median",
            value=round(max(map(statistics.median, times)), 3),
            unit="s",
            target=MAX_SECONDS,
        )
