"""Volumes of homes: with HOME_SIZE the guard creates them, each with its limit of disk space.

The engine's driver `local` limits a volume by a project quota. It refuses that where the file
system of its volumes has none, and then no server starts: a limit that is set is never missing
unnoticed.
"""

from __future__ import annotations

import json
import logging

from deploy.socket_guard.engine import Engine, Response
from deploy.socket_guard.server_limits import GUARD_LABEL, ServerLimits

logger = logging.getLogger("socket_guard")


class Homes:
    def __init__(self, engine: Engine, limits: ServerLimits) -> None:
        self._engine = engine
        self._limits = limits

    def prepare(self, owner: str, *, version: str) -> Response | None:
        """Create the volume of a home if there is none yet; `version` is the API's, as `v1.45`.

        Return None if the server can be created, or the engine's refusal. Raises EngineUnavailable.
        """
        if self._limits.home_size is None:
            return None
        size = str(self._limits.home_size)
        volume = {
            "Name": self._limits.home_volume(owner),
            "Driver": "local",
            "DriverOpts": {"size": size},
            "Labels": {GUARD_LABEL: owner},
        }
        body = json.dumps(volume).encode()
        response = self._engine.request("POST", f"/{version}/volumes/create", body)
        if response.status != 201:
            return response
        # For a volume that exists the engine changes nothing, and leaves its options out.
        response = self._engine.request("GET", f"/{version}/volumes/{volume['Name']}")
        if response.status != 200:
            return response
        found = (json.loads(response.body).get("Options") or {}).get("size")
        if found != size:
            logger.warning("The home of %s has the limit %s, not HOME_SIZE", owner, found)
        return None
