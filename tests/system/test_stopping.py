"""Parts that die are started again, and whatever ends a copy leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
from datetime import UTC, datetime

import pytest

from deploy.local.readiness import missing_parts
from deploy.local.supervision import Supervisor
from deploy.local.trial import Trial
from jupyter_integration.hub.probe import LabProbe
from tests.running_system import RunningSystem
from tests.system.conftest import hub_client, start_lab
from tests.system.process_table import processes_of, wait_until

pytestmark = pytest.mark.system

STOP_LIMIT_SECONDS = 10

# What a notebook can leave: a process in a session of its own, that no hang-up reaches.
LEAVE_A_PROCESS_BEHIND = """
import subprocess
subprocess.Popen(["setsid", "sleep", "3600"])
"""


def parts_of(copy: RunningSystem) -> dict[str, int]:
    supervisor = Supervisor(0, copy.var / "run" / "supervisor.sock")
    return {part.name: part.pid for part in supervisor.parts()}


def all_answer(copy: RunningSystem, since: datetime) -> bool:
    return not missing_parts(Trial(copy.var, copy.portal_port, copy.hub_port), since)


def taken_ports(copy: RunningSystem) -> list[int]:
    taken = []
    for port in copy.ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                taken.append(port)
    return taken


def assert_nothing_is_left(copy: RunningSystem) -> None:
    assert processes_of(copy) == {}
    assert taken_ports(copy) == []


def test_every_killed_part_is_started_again(own_copy: RunningSystem) -> None:
    killed_at = datetime.now(UTC)
    before = parts_of(own_copy)
    assert set(before) == {"web", "worker", "spawn-worker", "beat", "jupyterhub", "proxy"}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    def all_run_anew() -> bool:
        now = parts_of(own_copy)
        return all(now[name] not in (0, pid) for name, pid in before.items())

    assert wait_until(all_run_anew, 30)
    assert wait_until(lambda: all_answer(own_copy, killed_at), 60)
    # The proxy has forgotten its routes, and the Hub tells it again.
    start_lab(own_copy, "sara")
    assert wait_until(lambda: _lab_answers(own_copy, "sara"), 30)


def test_proxy_that_was_killed_leads_to_running_servers_again(own_copy: RunningSystem) -> None:
    start_lab(own_copy, "sara")
    assert wait_until(lambda: _lab_answers(own_copy, "sara"), 10)
    os.kill(parts_of(own_copy)["proxy"], signal.SIGKILL)
    assert wait_until(lambda: not _lab_answers(own_copy, "sara"), 10)
    assert wait_until(lambda: _lab_answers(own_copy, "sara"), 60)


def test_sigterm_ends_everything_within_ten_seconds(own_copy: RunningSystem) -> None:
    configuration = own_copy.var / "homes" / "omid" / ".jupyter" / "jupyter_server_config.py"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text(LEAVE_A_PROCESS_BEHIND)
    start_lab(own_copy, "sara")
    start_lab(own_copy, "omid")
    assert [command for command in processes_of(own_copy).values() if command == "sleep 3600"]
    assert own_copy.stop() < STOP_LIMIT_SECONDS
    assert_nothing_is_left(own_copy)


def test_after_the_hub_was_killed_nothing_is_left_either(own_copy: RunningSystem) -> None:
    start_lab(own_copy, "sara")
    servers = [pid for pid, command in processes_of(own_copy).items() if "user_server" in command]
    assert len(servers) == 1
    os.kill(parts_of(own_copy)["jupyterhub"], signal.SIGKILL)
    assert wait_until(lambda: not set(servers) & set(processes_of(own_copy)), 5)
    assert own_copy.stop() < STOP_LIMIT_SECONDS
    assert_nothing_is_left(own_copy)


def test_hub_that_was_killed_knows_that_its_servers_ended(own_copy: RunningSystem) -> None:
    start_lab(own_copy, "sara")
    os.kill(parts_of(own_copy)["jupyterhub"], signal.SIGKILL)
    assert wait_until(lambda: all_answer(own_copy, datetime.min.replace(tzinfo=UTC)), 30)
    hub = hub_client(own_copy)
    assert wait_until(lambda: hub.get_user("sara").server is None, 15)
    start_lab(own_copy, "sara")


def test_ctrl_c_reaches_all_and_ends_them_in_order(own_copy: RunningSystem) -> None:
    start_lab(own_copy, "sara")
    # As a terminal does it: to make, and to whatever runs in its foreground.
    os.killpg(own_copy.process.pid, signal.SIGINT)
    own_copy.process.wait(STOP_LIMIT_SECONDS)
    assert "users' servers first" in own_copy.output
    assert_nothing_is_left(own_copy)


def test_killed_launcher_leaves_no_orphans(own_copy: RunningSystem) -> None:
    start_lab(own_copy, "sara")
    (launcher,) = [pid for pid, c in processes_of(own_copy).items() if "deploy.local.run" in c]
    os.kill(launcher, signal.SIGKILL)
    assert wait_until(lambda: not processes_of(own_copy), 15), processes_of(own_copy)
    assert taken_ports(own_copy) == []


def test_stopped_before_it_was_ready_it_leaves_nothing_either(own_copy: RunningSystem) -> None:
    own_copy.stop()
    own_copy.launch()
    assert wait_until(lambda: "Starting" in own_copy.output, 30)
    assert wait_until(lambda: len(processes_of(own_copy)) > 3, 30)
    assert own_copy.stop() < STOP_LIMIT_SECONDS
    assert "Shaparak is ready" not in own_copy.output
    assert_nothing_is_left(own_copy)


def _lab_answers(copy: RunningSystem, name: str) -> bool:
    return LabProbe(copy.hub_url).answers(f"/user/{name}/")
