"""Command that writes progress to starts as their workers do.

It prints one line of JSON right before each change: the new progress, the ids of the users and the
time of the monotonic clock. It ends when its input ends.

Usage, with the settings of a running copy:
    python -m bench.make_progress SECONDS_BETWEEN_CHANGES USER_ID…
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence

import django

django.setup()  # before anything that has models

from jupyter_integration.models import SpawnRequest  # noqa: E402

GROUPS = 10


def make_progress(user_ids: Sequence[int], *, every: float, over: threading.Event) -> None:
    """Change each start once in `every` seconds, a tenth of the starts at a time."""
    groups = [list(user_ids[first::GROUPS]) for first in range(GROUPS)]
    progress = 0
    while True:
        progress = progress % 98 + 1
        for group in groups:
            change = {"progress": progress, "users": group, "made_at": time.monotonic()}
            print(json.dumps(change), flush=True)
            SpawnRequest.objects.filter(user__in=group).update(progress=progress)
            if over.wait(every / GROUPS):
                return


def _wait_for_end_of_input(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


if __name__ == "__main__":
    ended = threading.Event()
    threading.Thread(target=_wait_for_end_of_input, args=(ended,), daemon=True).start()
    seconds, *keys = sys.argv[1:]
    make_progress([int(key) for key in keys], every=float(seconds), over=ended)
