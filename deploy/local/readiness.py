"""Readiness of a copy: the parts that do not answer yet."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.local.trial import Trial

# Short, since a stop request waits for it.
READINESS_TIMEOUT = timedelta(seconds=2)

# Directly to this machine, without the proxy that the environment may name.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

# Parts that send heartbeats, by their names in /health/ready.
BACKGROUND_PARTS = {"worker": "worker", "spawn_worker": "spawn-worker", "beat": "beat"}


def missing_parts(trial: Trial, since: datetime) -> list[str]:
    """Return the parts, by supervisord's names, that have not answered since the given moment."""
    return [*_missing_of_portal(trial, since), *_missing_of_hub(trial)]


def _missing_of_portal(trial: Trial, since: datetime) -> list[str]:
    answer = _get_json(f"{trial.portal_internal_url}/health/ready")
    if answer is None:
        return ["web", *BACKGROUND_PARTS.values()]
    components = answer.get("components", {})
    return [
        part
        for component, part in BACKGROUND_PARTS.items()
        if not _is_alive(components.get(component, {}).get("as_of"), since)
    ]


def _missing_of_hub(trial: Trial) -> list[str]:
    if _get_json(trial.hub_api_url) is None:
        return ["jupyterhub", "proxy"]
    return [] if _get_json(f"{trial.hub_proxy_url}/hub/api") is not None else ["proxy"]


def _is_alive(as_of: str | None, since: datetime) -> bool:
    # An earlier heartbeat comes from a process that has ended.
    return as_of is not None and datetime.fromisoformat(as_of).astimezone(UTC) >= since


def _get_json(url: str) -> dict[str, Any] | None:
    """Return the JSON of a 200 response, otherwise None."""
    try:
        with _opener.open(url, timeout=READINESS_TIMEOUT.total_seconds()) as response:
            content: dict[str, Any] = json.load(response)
    except (OSError, urllib.error.URLError, ValueError):
        return None
    return content
