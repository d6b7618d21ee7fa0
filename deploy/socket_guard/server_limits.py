"""Limits of users' servers: those from the environment, and those that are the same everywhere.

The Hub's container_settings.py reads the same settings; its containers.py asks for the same limits.
tests/test_containers_of_users.py compares the two.
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

LOG = {"Type": "json-file", "Config": {"max-size": "5m", "max-file": "2"}}
"""Log of a server's output: at most 10 MB on the host's disk.

The driver `local` needs less space, but the engine compresses each full file, with processor time
that no limit of a server covers.
"""

ULIMITS = [{"Name": "core", "Soft": 0, "Hard": 0}]
"""No core dumps: where the host collects them, they are on the host's disk."""

LEFTOVER_CONTAINERS = 8
"""Containers above the limit of servers, for those whose removal the Hub has not seen yet."""

DEFAULT_ACTIVE_SERVERS = 100

_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


class InvalidLimit(Exception):
    """A setting is invalid; the message names it and the values that it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    image: str
    network: str
    memory: int  # bytes, at most
    cpus: float  # at most
    active_servers: int = DEFAULT_ACTIVE_SERVERS  # at the same time
    home_size: int | None = None  # bytes of one home; None without a limit
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
            memory=_bytes("SERVER_MEMORY", environ.get("SERVER_MEMORY") or "2G"),
            cpus=_processors(environ.get("SERVER_CPUS") or "2"),
            active_servers=_count(
                environ.get("ACTIVE_SERVER_LIMIT") or str(DEFAULT_ACTIVE_SERVERS)
            ),
            home_size=_bytes("HOME_SIZE", home_size)
            if (home_size := environ.get("HOME_SIZE"))
            else None,
        )

    @property
    def max_containers(self) -> int:
        return self.active_servers + LEFTOVER_CONTAINERS

    @property
    def shared_memory(self) -> int:
        """Return the bytes of /dev/shm. They count as memory of the container."""
        return self.memory // 4

    @property
    def temporary_folders(self) -> dict[str, str]:
        """Return the writable folders beside the home, with the options of their mounts.

        They count as memory of the container, and all of them together with /dev/shm are smaller
        than it, so that files alone never end a server. Programs may run there, as in the home.
        """
        options = "rw,exec,nosuid,nodev,mode=1777"
        return {
            "/tmp": f"{options},size={self.memory // 2}",  # noqa: S108  (in the container)
            "/var/tmp": f"{options},size={self.memory // 16}",  # noqa: S108
        }

    def owner_of(self, container_name: str) -> str | None:
        """Return the owner from the name of a server's container, or None for any other name."""
        owner = re.fullmatch(
            re.escape(self.container_prefix) + r"([a-z0-9][a-z0-9-]{0,62})", container_name
        )
        return owner[1] if owner else None

    def home_volume(self, owner: str) -> str:
        return f"{self.volume_prefix}{owner}"

    def home_bind(self, owner: str) -> str:
        return f"{self.home_volume(owner)}:{self.home}:rw"


def _bytes(name: str, text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)([KMGT]?)", text)
    amount = int(float(found[1]) * _UNITS[found[2]]) if found else 0
    if amount <= 0:
        raise InvalidLimit(f"{name} must be an amount such as 512M or 2G, not {text!r}.")
    return amount


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) < 1:
        raise InvalidLimit(
            f"ACTIVE_SERVER_LIMIT must be a number of servers such as 100, not {text!r}."
        )
    return int(text)


def _processors(text: str) -> float:
    found = re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text)
    if not found or float(text) <= 0:
        raise InvalidLimit(f"SERVER_CPUS must be a number such as 0.5 or 2, not {text!r}.")
    return float(text)
