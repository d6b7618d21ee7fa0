"""A user's server as a container of its own, whose end is not forgotten."""

from __future__ import annotations

from dockerspawner import DockerSpawner
from server_exits import RemembersItsEnd


class ContainerSpawner(RemembersItsEnd, DockerSpawner):
    pass
