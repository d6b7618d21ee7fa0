"""Spawner that runs each user's server in a pod and records how it ended."""

from __future__ import annotations

from kubespawner import KubeSpawner
from server_exits import RecordsExit


class KubernetesSpawner(RecordsExit, KubeSpawner):
    async def stop(self, now: bool = False) -> None:
        """Stop the pod without marking this as requested.

        KubeSpawner calls this by itself for a pod that has ended, to delete it. A stop of the
        Hub's is recognised without the mark: on Kubernetes the Hub ends no server as it shuts down.
        """
        await super().stop(now=now)
        self._stop_requested = False
