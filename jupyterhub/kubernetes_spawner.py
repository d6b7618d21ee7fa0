"""A user's server as a pod of its own, whose end is not forgotten."""

from __future__ import annotations

from kubespawner import KubeSpawner
from server_exits import RemembersItsEnd


class KubernetesSpawner(RemembersItsEnd, KubeSpawner):
    async def stop(self, now: bool = False) -> None:
        """KubeSpawner stops by itself what has ended already, to clear the pod away, and nobody
        told it to. The Hub's own stops are known without this mark: it ends no server as it goes.
        """
        await super().stop(now=now)
        self._told_to_stop = False
