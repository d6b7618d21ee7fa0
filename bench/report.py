"""Report rows: one measured figure each, as a line of JSON or a line of a table."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    value: float
    unit: str
    target: float | None = None  # None if there is no target
    at_least: bool = False  # whether the target is a minimum, not a maximum

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    def as_json(self) -> str:
        content: dict[str, Any] = asdict(self) | {"met": self.met}
        del content["at_least"]  # part of `met`
        return json.dumps(content, ensure_ascii=False)


def as_table(rows: Iterable[Row]) -> str:
    lines = [("what", "value", "target", "met"), *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    lines.insert(1, ("-" * widths[0], "-" * widths[1], "-" * widths[2], "-" * widths[3]))
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cells(row: Row) -> tuple[str, str, str, str]:
    return (
        row.name,
        f"{row.value:g} {row.unit}".rstrip(),
        _target(row),
        {True: "yes", False: "NO", None: ""}[row.met],
    )


def _target(row: Row) -> str:
    if row.target is None:
        return ""
    return f"{'≥' if row.at_least else '≤'} {row.target:g} {row.unit}".rstrip()


def machine() -> str:
    """Return cores and memory, which figures depend on most, and nothing else of the machine."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores} cores, {memory:.0f} GiB of memory"
