"""Settings of users' containers from the environment, checked before the Hub starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from environment_source import EnvironmentRefused, EnvironmentSource

DEFAULT_IMAGE = "shaparak-user-server"
DEFAULT_NETWORK = "shaparak-servers"
DEFAULT_MEMORY = "2G"
DEFAULT_CPUS = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSettings:
    image: str
    network: str
    memory: int  # bytes, for one server
    cpus: float  # for one server
    database_password: str = field(repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read all settings. Raises EnvironmentRefused with every problem."""
        source = EnvironmentSource(environ)
        memory = source.amount("SERVER_MEMORY", default=DEFAULT_MEMORY)
        cpus = source.processors("SERVER_CPUS", default=DEFAULT_CPUS)
        database_password = source.secret("HUB_DATABASE_PASSWORD")
        if source.problems:
            raise EnvironmentRefused(source.problems)
        return cls(
            image=environ.get("SERVER_IMAGE") or DEFAULT_IMAGE,
            network=environ.get("SERVER_NETWORK") or DEFAULT_NETWORK,
            memory=memory,
            cpus=cpus,
            database_password=database_password,
        )
