"""Spawner of simulated servers: an entry in a folder each, and one small process for all of them.

It behaves like a container spawner. A server keeps running when the Hub dies. The next Hub finds it
by its stored state. A start under a name that is in use ends the server that has the name.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from jupyterhub.spawner import Spawner
from traitlets import Float, Integer, Unicode

# The Hub runs its configuration without importing it as part of a package.
sys.path.insert(0, str(Path(__file__).parent))

from lives import Lives

STEPS = ("Pulling the image", "Assigned to a host", "Created container")


class SimulatedSpawner(Spawner):  # type: ignore[misc]
    folder = Unicode(config=True, help="The folder of the record of lives.")
    server_port = Integer(config=True, help="The port of the process that answers for all.")
    seconds = Float(10.0, config=True, help="The mean seconds of a start.")
    spread = Float(0.3, config=True, help="The largest relative deviation from that mean.")

    life = ""

    async def start(self) -> tuple[str, int]:
        lives = Lives(Path(self.folder))
        for left_behind in lives.of(self.user.name):
            lives.end(self.user.name, left_behind, "replaced")
        self.life = lives.begin(self.user.name)
        await asyncio.sleep(self.duration)
        lives.is_ready(self.user.name, self.life)
        return "127.0.0.1", self.server_port

    @property
    def duration(self) -> float:
        """Return the seconds of a start: always the same for one user, so that rounds compare."""
        luck = random.Random(self.user.name).uniform(-self.spread, self.spread)
        return float(self.seconds * (1 + luck))

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        for number, message in enumerate(STEPS, start=1):
            yield {"progress": 25 * number, "message": message}
            await asyncio.sleep(self.duration / (len(STEPS) + 1))

    async def poll(self) -> int | None:
        """Return None while the server runs, else 0."""
        is_alive = self.life and Lives(Path(self.folder)).is_alive(self.user.name, self.life)
        return None if is_alive else 0

    async def stop(self, now: bool = False) -> None:
        Lives(Path(self.folder)).end(self.user.name, self.life)

    def get_state(self) -> dict[str, Any]:
        return {**super().get_state(), "life": self.life}

    def load_state(self, state: dict[str, Any]) -> None:
        super().load_state(state)
        self.life = state.get("life", "")

    def clear_state(self) -> None:
        super().clear_state()
        self.life = ""
