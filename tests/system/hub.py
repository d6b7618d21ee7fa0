"""Calls of the Hub of a running copy."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.transport import HubTransport
from tests.running_system import RunningSystem


def get_json(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as response:
        content: dict[str, Any] = json.load(response)
    return content


def hub_client(copy: RunningSystem) -> HubClient:
    return HubClient(HubTransport(copy.hub_api_url, copy.token))


def start_lab(copy: RunningSystem, name: str) -> None:
    """Create the Hub user if it is missing, start the server, and wait until it is ready."""
    hub = hub_client(copy)
    if name not in {user.name for user in hub.list_users()}:
        hub.create_user(name)
    hub.start_server(name)
    *_, last = hub.follow_progress(name)
    assert last.ready, last
