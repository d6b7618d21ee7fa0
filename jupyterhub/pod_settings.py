"""Settings of users' pods from the environment, checked before the Hub starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from container_settings import DEFAULT_CPUS, DEFAULT_IMAGE, DEFAULT_MEMORY
from environment_source import EnvironmentRefused, EnvironmentSource

DEFAULT_HOME_SIZE = "5G"
# Parts of its limits that a server has for itself. Most people think more than they compute.
DEFAULT_MEMORY_REQUEST = "512M"
DEFAULT_CPU_REQUEST = "0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSettings:
    image: str
    memory: int  # bytes, for one server
    memory_request: int  # bytes that the node keeps for it
    cpus: float  # for one server
    cpu_request: float  # processors that the node keeps for it
    home_size: int  # bytes of its claim
    storage_class: str | None  # of the claim; None is the cluster's default
    database_url: str = field(repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read all settings. Raises EnvironmentRefused with every problem."""
        source = EnvironmentSource(environ)
        memory = source.amount("SERVER_MEMORY", default=DEFAULT_MEMORY)
        memory_request = source.amount("SERVER_MEMORY_REQUEST", default=DEFAULT_MEMORY_REQUEST)
        cpus = source.processors("SERVER_CPUS", default=DEFAULT_CPUS)
        cpu_request = source.processors("SERVER_CPU_REQUEST", default=DEFAULT_CPU_REQUEST)
        home_size = source.amount("HOME_SIZE", default=DEFAULT_HOME_SIZE)
        database_url = source.secret("HUB_DATABASE_URL")
        if source.problems:
            raise EnvironmentRefused(source.problems)
        return cls(
            image=environ.get("SERVER_IMAGE") or DEFAULT_IMAGE,
            memory=memory,
            memory_request=min(memory_request, memory),
            cpus=cpus,
            cpu_request=min(cpu_request, cpus),
            home_size=home_size,
            storage_class=environ.get("SERVER_STORAGE_CLASS") or None,
            database_url=database_url,
        )
