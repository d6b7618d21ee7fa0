"""CPU shares of docker-compose.yml, applied to the processes of a running copy.

Each part is a session of its own; PostgreSQL makes a session for each of its processes. Linux
weighs sessions as it weighs containers, by their autogroup (sched(7)). One step of an autogroup's
niceness is a factor of 1.25.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from deploy.socket_guard.server_limits import MAX_CPU_SHARES
from jupyter_integration.testing.part import Part

COMPOSE_FILE = Path(__file__).resolve().parents[1] / "docker-compose.yml"
SERVICES = {"web": "portal", "hub": "jupyterhub"}  # the other parts have their service's name
USERS_SERVERS = "servers"
AUTOGROUPS = Path("/proc/sys/kernel/sched_autogroup_enabled")


def give_cpu_shares(parts: Iterable[Part]) -> None:
    """Give each part its container's weight; print a line where the kernel or user cannot."""
    if not AUTOGROUPS.exists() or AUTOGROUPS.read_text(encoding="ascii").strip() != "1":
        print("No CPU shares here: this kernel does not weigh sessions.", file=sys.stderr)
        return
    for part in parts:
        niceness = niceness_of(shares_of(part.name))
        try:
            Path(f"/proc/{part.pid}/autogroup").write_text(str(niceness), encoding="ascii")
        except OSError as error:
            print(f"{part.name} has no CPU share of its own here: {error}", file=sys.stderr)


def shares_of(part: str) -> int:
    """Return the CPU shares that docker-compose.yml gives the container of this part."""
    if part == USERS_SERVERS:
        return MAX_CPU_SHARES
    services = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))["services"]
    return int(services[SERVICES.get(part, part)]["cpu_shares"])


def niceness_of(shares: int) -> int:
    """Return the autogroup niceness whose weight is nearest to `shares`; 1024 is the usual weight.

    Engines convert shares into a weight in two ways. The newer one (runc 1.3.2) gives the smaller
    differences between containers; it is used here.
    https://github.com/opencontainers/cgroups/pull/20
    """
    doublings = math.log2(shares)
    weight = 10 ** ((doublings**2 + 125 * doublings) / 612 - 7 / 34)
    return round(math.log(100 / weight, 1.25))
