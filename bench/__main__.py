"""Command that runs all measurements, or the named ones, and exits with 1 if a target is missed.

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
    hub_time,
    killed_parts,
    live_page,
    overhead,
    page_weight,
    pages,
    staff_search,
    start_requests,
)
from bench.report import Row, as_table, machine

# Each measurement starts what it needs in an empty folder and leaves nothing running.
MEASUREMENTS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "overhead": overhead.measure,
    "overhead-redis": overhead.measure_with_redis,
    "class": class_start.measure,
    "hub-away": hub_away.measure,
    "hub-time": hub_time.measure,
    "cold-views": cold_views.measure,
    "killed-parts": killed_parts.measure,
    "pages": pages.measure,
    "page-weight": page_weight.measure,
    "start-requests": start_requests.measure,
    "live-page": live_page.measure,
    "staff-search": staff_search.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    names = parser.parse_args().names or list(MEASUREMENTS)
    if unknown := sorted(set(names) - set(MEASUREMENTS)):
        parser.error(f"there is no measurement named {', '.join(unknown)}")
    # Refused calls are expected here and are counted.
    logging.getLogger("jupyter_integration.hub").setLevel(logging.CRITICAL)
    rows: list[Row] = []
    busy_before = os.getloadavg()[0]
    for name in names:
        with tempfile.TemporaryDirectory(prefix="shaparak-bench-") as folder:
            for row in MEASUREMENTS[name](Path(folder)):
                print(row.as_json(), flush=True)
                rows.append(row)
    # A load above about 1 means that other programs ran and changed the figures.
    print(f"\nOn {machine()}, with a load of {busy_before:.1f} before:\n\n{as_table(rows)}")
    sys.exit(any(row.met is False for row in rows))


if __name__ == "__main__":
    main()
