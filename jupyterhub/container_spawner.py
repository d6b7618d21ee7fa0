"""Spawner that runs each user's server in a container and records how it ended."""

from __future__ import annotations

from dockerspawner import DockerSpawner
from server_exits import RecordsExit


class ContainerSpawner(RecordsExit, DockerSpawner):
    pass
