"""Whether all parts of a copy answer, and which do not yet."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any

from deploy.local.trial import Trial

# Short: whoever asks to stop meanwhile waits for it.
PATIENCE_SECONDS = 2

# Straight to this machine, whatever proxy the environment names.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

# The parts of the portal that say by themselves when they were last alive.
BACKGROUND_PARTS = {"worker": "worker", "spawn_worker": "spawn-worker", "beat": "beat"}


def missing_parts(trial: Trial, since: datetime) -> list[str]:
    """The names of those that have not answered since the given moment, as supervisord has them."""
    return [*_missing_of_portal(trial, since), *_missing_of_hub(trial)]


def _missing_of_portal(trial: Trial, since: datetime) -> list[str]:
    answer = _get_json(f"{trial.portal_internal_url}/health/ready")
    if answer is None:
        return ["web", *BACKGROUND_PARTS.values()]
    components = answer.get("components", {})
    return [
        part
        for component, part in BACKGROUND_PARTS.items()
        if not _alive(components.get(component, {}).get("as_of"), since)
    ]


def _missing_of_hub(trial: Trial) -> list[str]:
    if _get_json(trial.hub_api_url) is None:
        return ["jupyterhub", "proxy"]
    return [] if _get_json(f"{trial.hub_url}/hub/api") is not None else ["proxy"]


def _alive(as_of: str | None, since: datetime) -> bool:
    # A sign of life from before is that of a process that has ended.
    return as_of is not None and datetime.fromisoformat(as_of).astimezone(UTC) >= since


def _get_json(url: str) -> dict[str, Any] | None:
    """None unless it answers 200 with JSON."""
    try:
        with _opener.open(url, timeout=PATIENCE_SECONDS) as response:
            content: dict[str, Any] = json.load(response)
    except (OSError, urllib.error.URLError, ValueError):
        return None
    return content
