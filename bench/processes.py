"""CPU time and memory of a process and its children, as the kernel counts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from deploy.local.processes import descendants


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of the process and its children since each of them started."""
    ticks = 0
    for one in _family(pid):
        # The name in brackets may hold any character; user and system time are 11 fields later.
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid: int) -> float:
    """Return the memory in MiB; shared pages count once (Pss)."""
    kilobytes = 0
    for one in _family(pid):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                kilobytes += int(line.split()[1])
    return kilobytes / 1024


def _family(pid: int) -> Iterator[int]:
    yield pid
    yield from descendants(pid)
