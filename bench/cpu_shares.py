"""The shares of busy processors that containers have in docker-compose.yml, for processes.

Each part of a running copy is a session of its own, except PostgreSQL, which makes one of each of
its processes. Linux weighs sessions against one another as it weighs containers, by their autogroup
(sched(7)), whose niceness is a factor of 1.25 a step.
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
AUTOGROUPS = Path("/proc/sys/kernel/sched_autogroup_enabled")


def give_cpu_shares(parts: Iterable[Part]) -> None:
    """Weigh the parts as their containers are weighed; says so where this kernel or user cannot."""
    if not AUTOGROUPS.exists() or AUTOGROUPS.read_text(encoding="ascii").strip() != "1":
        print("Parts have no shares here: this kernel weighs no sessions.", file=sys.stderr)
        return
    for part in parts:
        niceness = niceness_of(shares_of(part.name))
        try:
            Path(f"/proc/{part.pid}/autogroup").write_text(str(niceness), encoding="ascii")
        except OSError as error:
            print(f"{part.name} has no share of its own here: {error}", file=sys.stderr)


def shares_of(part: str) -> int:
    """What docker-compose.yml gives the container of this part."""
    if part == USERS_SERVERS:
        return MOST_CPU_SHARES
    services = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))["services"]
    return int(services[SERVICES.get(part, part)]["cpu_shares"])


def niceness_of(shares: int) -> int:
    """The step whose weight is nearest to that of so many shares, where 1024 are the usual weight.

    Engines turn shares into a weight in two ways, of which the newer one (runc 1.3.2) keeps
    containers closer to one another: that one is taken.
    https://github.com/opencontainers/cgroups/pull/20
    """
    doublings = math.log2(shares)
    weight = 10 ** ((doublings**2 + 125 * doublings) / 612 - 7 / 34)
    return round(math.log(100 / weight, 1.25))
