"""The shares of busy processors that containers have in docker-compose.yml, for processes.

Each part of a running copy is a session of its own. Linux weighs sessions against one another as it
weighs containers, by their autogroup (sched(7)), whose niceness is a factor of 1.25 a step.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from bench.parts import Part
from deploy.socket_guard.rules import MOST_CPU_SHARES

COMPOSE_FILE = Path(__file__).resolve().parents[1] / "docker-compose.yml"
SERVICES = {"web": "portal", "hub": "jupyterhub"}  # the others are called as the parts are
USERS_SERVERS = "servers"
DOCKERS_OWN = 1024  # where the file says nothing


def give_cpu_shares(parts: Iterable[Part]) -> None:
    """Weigh the parts as their containers are weighed; says so where this kernel or user cannot."""
    services = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))["services"]
    for part in parts:
        if part.name == USERS_SERVERS:
            shares = MOST_CPU_SHARES
        else:
            service = services[SERVICES.get(part.name, part.name)]
            shares = service.get("cpu_shares", DOCKERS_OWN)
        if niceness := niceness_of(shares):
            try:
                Path(f"/proc/{part.pid}/autogroup").write_text(str(niceness), encoding="ascii")
            except OSError as error:
                print(f"{part.name} has no share of its own here: {error}", file=sys.stderr)


def niceness_of(shares: int) -> int:
    """The step whose weight is nearest to that of so many shares."""
    return round(math.log(DOCKERS_OWN / shares, 1.25))
