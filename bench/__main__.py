"""Runs every measurement, or those that are named; ends with 1 when a target is missed.

Usage:
    python -m bench
    python -m bench overhead
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import (
    class_start,
    cold_views,
    hub_away,
    killed_parts,
    live_page,
    overhead,
    pages,
    presses,
)
from bench.report import Row, as_table, machine

# Each brings up what it needs in an empty folder of its own, and leaves nothing running.
MEASUREMENTS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "overhead": overhead.measure,
    "overhead-redis": overhead.measure_with_redis,
    "class": class_start.measure,
    "hub-away": hub_away.measure,
    "cold-views": cold_views.measure,
    "killed-parts": killed_parts.measure,
    "pages": pages.measure,
    "presses": presses.measure,
    "live-page": live_page.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    names = parser.parse_args().names or list(MEASUREMENTS)
    if unknown := sorted(set(names) - set(MEASUREMENTS)):
        parser.error(f"no measurement is called {', '.join(unknown)}")
    # Refusals are what is measured, and counted.
    logging.getLogger("jupyter_integration.hub").setLevel(logging.CRITICAL)
    rows: list[Row] = []
    busy_before = os.getloadavg()[0]
    for name in names:
        with tempfile.TemporaryDirectory(prefix="shaparak-bench-") as folder:
            for row in MEASUREMENTS[name](Path(folder)):
                print(row.as_json(), flush=True)
                rows.append(row)
    # Above a load of about 1 somebody else was at work, and the figures are theirs too.
    print(f"\nOn {machine()}, with a load of {busy_before:.1f} before:\n\n{as_table(rows)}")
    sys.exit(any(row.met is False for row in rows))


if __name__ == "__main__":
    main()
