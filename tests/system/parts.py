"""The parts of a running copy, and whether they answer."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from datetime import UTC, datetime

from deploy.local.readiness import missing_parts
from deploy.local.supervision import Supervisor
from deploy.local.trial import Trial
from jupyter_integration.hub.probe import LabProbe
from tests.running_system import RunningSystem
from tests.system.process_table import processes_of

EVER = datetime.min.replace(tzinfo=UTC)


def parts_of(copy: RunningSystem) -> dict[str, int]:
    supervisor = Supervisor(0, copy.var / "run" / "supervisor.sock")
    return {part.name: part.pid for part in supervisor.parts()}


def all_run_anew(copy: RunningSystem, before: Mapping[str, int]) -> bool:
    """Whether each of these parts is another process now: one that was told to end answers on."""
    now = parts_of(copy)
    return all(now[name] not in (0, pid) for name, pid in before.items())


def all_answer(copy: RunningSystem, since: datetime) -> bool:
    return not missing_parts(Trial(copy.var, copy.portal_port, copy.hub_port), since)


def servers_of(copy: RunningSystem) -> list[int]:
    return [pid for pid, command in processes_of(copy).items() if "user_server.py" in command]


def lab_answers(copy: RunningSystem, name: str) -> bool:
    return LabProbe(copy.hub_url).answers(f"/user/{name}/")


def taken_ports(copy: RunningSystem) -> list[int]:
    taken = []
    for port in copy.ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                taken.append(port)
    return taken
