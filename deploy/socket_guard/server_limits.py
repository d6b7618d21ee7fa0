"""Limits of users' servers, from the environment.

The Hub's container_settings.py reads the same settings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

GUARD_LABEL = "org.shaparak.guarded"
"""Only the guard sets this label, and it changes no container without it."""

MAX_PROCESSES = 512
MAX_CPU_SHARES = 256

_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


class InvalidLimit(Exception):
    """A setting is invalid; the message names it and the values that it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    image: str
    network: str
    memory: int  # bytes, at most
    cpus: float  # at most
    home: str = "/home/user"
    port: str = "8888/tcp"
    container_prefix: str = "shaparak-jupyter-"
    volume_prefix: str = "shaparak-home-"
    processes: int = MAX_PROCESSES
    cpu_shares: int = MAX_CPU_SHARES  # weight on busy processors; a part of the portal has 1024

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings. Raises InvalidLimit."""
        return cls(
            image=environ.get("SERVER_IMAGE") or "shaparak-user-server",
            network=environ.get("SERVER_NETWORK") or "shaparak-servers",
            memory=_bytes(environ.get("SERVER_MEMORY") or "2G"),
            cpus=_processors(environ.get("SERVER_CPUS") or "2"),
        )

    def owner_of(self, container_name: str) -> str | None:
        """Return the owner from the name of a server's container, or None for any other name."""
        owner = re.fullmatch(
            re.escape(self.container_prefix) + r"([a-z0-9][a-z0-9-]{0,62})", container_name
        )
        return owner[1] if owner else None

    def home_bind(self, owner: str) -> str:
        return f"{self.volume_prefix}{owner}:{self.home}:rw"


def _bytes(text: str) -> int:
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([KMGT]?)", text)
    amount = int(float(found[1]) * _UNITS[found[2]]) if found else 0
    if amount <= 0:
        raise InvalidLimit(f"SERVER_MEMORY must be an amount such as 512M or 2G, not {text!r}.")
    return amount


def _processors(text: str) -> float:
    found = re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text)
    if not found or float(text) <= 0:
        raise InvalidLimit(f"SERVER_CPUS must be a number such as 0.5 or 2, not {text!r}.")
    return float(text)
