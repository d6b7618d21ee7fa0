"""Restart of parts that were killed."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime

import pytest

from tests.running_system import RunningSystem
from tests.system.hub import hub_client, start_lab
from tests.system.parts import EPOCH, all_answer, all_restarted, lab_answers, parts_of, servers_of
from tests.system.process_table import wait_until

pytestmark = pytest.mark.system


def test_restarted_proxy_has_its_routes_again(
    running_system: RunningSystem,
) -> None:
    start_lab(running_system, "sara")
    assert wait_until(lambda: lab_answers(running_system, "sara"), 10)
    os.kill(parts_of(running_system)["proxy"], signal.SIGKILL)
    assert wait_until(lambda: not lab_answers(running_system, "sara"), 10)
    assert wait_until(lambda: lab_answers(running_system, "sara"), 60)


def test_restarted_hub_knows_that_its_servers_ended(running_system: RunningSystem) -> None:
    start_lab(running_system, "sara")
    before = parts_of(running_system)["jupyterhub"]
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: not servers_of(running_system), 5)
    assert wait_until(lambda: all_restarted(running_system, {"jupyterhub": before}), 30)
    assert wait_until(lambda: all_answer(running_system, EPOCH), 30)
    hub = hub_client(running_system)
    assert wait_until(lambda: hub.get_user("sara").server is None, 15)
    start_lab(running_system, "sara")


def test_every_killed_part_is_restarted(running_system: RunningSystem) -> None:
    killed_at = datetime.now(UTC)
    before = parts_of(running_system)
    assert set(before) == {"web", "worker", "spawn-worker", "beat", "jupyterhub", "proxy"}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: all_restarted(running_system, before), 30)
    assert wait_until(lambda: all_answer(running_system, killed_at), 60)
    start_lab(running_system, "sara")
    assert wait_until(lambda: lab_answers(running_system, "sara"), 30)
