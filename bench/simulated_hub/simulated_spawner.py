"""A spawner whose servers cost nothing: an entry in a folder, and one small process for them all.

It does what a container spawner does. A server goes on when the Hub dies; the Hub that comes back
finds it by the state that it stored; and a start under a name that is taken ends what has the name.
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
    folder = Unicode(config=True, help="Where the lives of servers are kept.")
    server_port = Integer(config=True, help="Where the process listens that answers for all.")
    seconds = Float(10.0, config=True, help="How long a start takes on average.")
    spread = Float(0.3, config=True, help="By how much of that, at most, it is shorter or longer.")

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
        """The same at each start of one user, so that two ways to start a class can be compared."""
        luck = random.Random(self.user.name).uniform(-self.spread, self.spread)
        return float(self.seconds * (1 + luck))

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        for number, message in enumerate(STEPS, start=1):
            yield {"progress": 25 * number, "message": message}
            await asyncio.sleep(self.duration / (len(STEPS) + 1))

    async def poll(self) -> int | None:
        """None while it lives."""
        goes_on = self.life and Lives(Path(self.folder)).goes_on(self.user.name, self.life)
        return None if goes_on else 0

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
