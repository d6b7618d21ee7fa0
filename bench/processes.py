"""What a process and those below it use, as the kernel counts it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from deploy.local.processes import descendants


def cpu_seconds(pid: int) -> float:
    """Of all time that the process and its children have lived."""
    ticks = 0
    for one in _family(pid):
        # The name, in brackets, may hold anything; user and system time come 11 fields after it.
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid: int) -> float:
    """In MiB; what processes share is counted once, in equal parts to each."""
    kilobytes = 0
    for one in _family(pid):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
    return kilobytes / 1024


def _family(pid: int) -> Iterator[int]:
    yield pid
    yield from descendants(pid)
