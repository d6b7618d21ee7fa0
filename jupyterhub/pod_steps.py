"""Steps of a pod's start: what its events report to the user who waits."""

from __future__ import annotations

from typing import Any

# The portal translates by the word after it (jupyter_integration/status/progress_messages.py).
PREFIX = "Pod event"

# Percentages of a start. Other events leave the percentage as it is.
PERCENT = {
    "FailedScheduling": 5,
    "TriggeredScaleUp": 5,
    "Scheduled": 15,
    "SuccessfulAttachVolume": 25,
    "Pulling": 30,
    "Pulled": 60,
    "Created": 65,
    "Started": 75,
}

# The user knows already that these last. "The start takes longer than usual" would say less.
WAITING = frozenset({"FailedScheduling", "TriggeredScaleUp", "Pulling"})


def message_of(event: dict[str, Any]) -> str:
    """Return the words of an event of Kubernetes, without its time."""
    return f"{PREFIX} {event['reason']}: {event.get('message') or ''}"
