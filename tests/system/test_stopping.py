"""End of a copy: it leaves no process and no port, however it ends."""

from __future__ import annotations

import os
import signal

import pytest

from tests.running_system import RunningSystem
from tests.system.hub import hub_client, start_lab
from tests.system.owner import Owner
from tests.system.parts import lab_answers, parts_of, taken_ports
from tests.system.process_table import processes_of, wait_until
from tests.system.visitor import Visitor

pytestmark = pytest.mark.system

MAX_STOP_SECONDS = 10

# A process in a session of its own, as a notebook can start it. No SIGHUP reaches it.
LEAVE_A_PROCESS_BEHIND = """
import subprocess
subprocess.Popen(["setsid", "sleep", "3600"])
"""


def assert_nothing_is_left(copy: RunningSystem) -> None:
    assert processes_of(copy) == {}
    assert taken_ports(copy) == []


def test_server_that_ended_with_copy_shows_why(
    own_copy: RunningSystem,
) -> None:
    with Visitor(own_copy) as visitor:
        owner = Owner(visitor)
        owner.start()
        assert wait_until(lambda: lab_answers(own_copy, owner.name), 10)
        own_copy.stop()
        own_copy.bring_up()

        assert hub_client(own_copy).get_user(owner.name).server is None
        assert wait_until(lambda: owner.stop_reason() == "hub_ended", 40)


def test_sigterm_ends_everything_within_ten_seconds(own_copy: RunningSystem) -> None:
    configuration = own_copy.var / "homes" / "omid" / ".jupyter" / "jupyter_server_config.py"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text(LEAVE_A_PROCESS_BEHIND)
    start_lab(own_copy, "sara")
    start_lab(own_copy, "omid")
    assert [command for command in processes_of(own_copy).values() if command == "sleep 3600"]
    assert own_copy.stop() < MAX_STOP_SECONDS
    assert_nothing_is_left(own_copy)


def test_ctrl_c_ends_everything_without_a_hub(
    own_copy: RunningSystem,
) -> None:
    start_lab(own_copy, "sara")
    os.kill(parts_of(own_copy)["jupyterhub"], signal.SIGKILL)
    # As a terminal sends it: to make and its whole foreground group.
    os.killpg(own_copy.process.pid, signal.SIGINT)
    own_copy.process.wait(MAX_STOP_SECONDS)
    assert "users' servers first" in own_copy.output
    assert_nothing_is_left(own_copy)


def test_killed_launcher_leaves_no_orphans(own_copy: RunningSystem) -> None:
    start_lab(own_copy, "sara")
    (launcher,) = [pid for pid, c in processes_of(own_copy).items() if "deploy.local.run" in c]
    os.kill(launcher, signal.SIGKILL)
    assert wait_until(lambda: not processes_of(own_copy), 15), processes_of(own_copy)
    assert taken_ports(own_copy) == []


def test_copy_stopped_while_starting_leaves_nothing(own_system: RunningSystem) -> None:
    own_system.stop()
    own_system.launch()
    assert wait_until(lambda: "Starting" in own_system.output, 30)
    assert wait_until(lambda: len(processes_of(own_system)) > 3, 30)
    assert own_system.stop() < MAX_STOP_SECONDS
    assert "Shaparak is ready" not in own_system.output
    assert_nothing_is_left(own_system)
