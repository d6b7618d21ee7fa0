"""Settings of users' containers from the environment, checked before the Hub starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from environment_source import EnvironmentRefused, EnvironmentSource
from jupyterhub.traitlets import ByteSpecification
from traitlets import HasTraits, TraitError

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
        memory = _memory(environ.get("SERVER_MEMORY") or DEFAULT_MEMORY, source.problems)
        cpus = _cpus(environ.get("SERVER_CPUS") or DEFAULT_CPUS, source.problems)
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


class _Amount(HasTraits):
    amount = ByteSpecification()


def _memory(text: str, problems: list[str]) -> int:
    try:
        amount = int(_Amount(amount=text).amount)
    except TraitError:
        amount = 0
    if amount <= 0:
        problems.append(f"SERVER_MEMORY must be an amount such as 512M or 2G, not {text!r}.")
    return amount


def _cpus(text: str, problems: list[str]) -> float:
    try:
        cpus = float(text)
    except ValueError:
        cpus = 0.0
    if not 0 < cpus < float("inf"):
        problems.append(
            f"SERVER_CPUS must be a number of processors such as 0.5 or 2, not {text!r}."
        )
        return 0.0
    return cpus
