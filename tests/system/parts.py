"""Parts of a running copy: their processes, and whether they answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from deploy.local.readiness import missing_parts
from deploy.local.supervision import Supervisor
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.testing.probes import listens
from tests.running_system import RunningSystem
from tests.system.process_table import processes_of

EPOCH = datetime.min.replace(tzinfo=UTC)


def parts_of(copy: RunningSystem) -> dict[str, int]:
    supervisor = Supervisor(0, copy.trial.supervisor_socket)
    return {part.name: part.pid for part in supervisor.parts()}


def all_restarted(copy: RunningSystem, before: Mapping[str, int]) -> bool:
    """Return whether each of these parts is a new process: an ending one still answers."""
    now = parts_of(copy)
    return all(now[name] not in (0, pid) for name, pid in before.items())


def all_answer(copy: RunningSystem, since: datetime) -> bool:
    return not missing_parts(copy.trial, since)


def servers_of(copy: RunningSystem) -> list[int]:
    return [pid for pid, command in processes_of(copy).items() if "user_server.py" in command]


def lab_answers(copy: RunningSystem, name: str) -> bool:
    return LabProbe(copy.hub_proxy_url).answers(f"{copy.lab_url(name)}/")


def taken_ports(copy: RunningSystem) -> list[int]:
    return [port for port in copy.ports if listens(port)]
