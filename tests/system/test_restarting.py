"""A part that dies is started again, and the others find it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.running_system import RunningSystem
from tests.system.conftest import hub_client, start_lab
from tests.system.parts import all_answer, lab_answers, parts_of, servers_of
from tests.system.process_table import wait_until

pytestmark = pytest.mark.system

EVER = datetime.min.replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def lasting_copy(prepared_folder: Path) -> Iterator[RunningSystem]:
    """One whose parts are killed, and which lives on."""
    with RunningSystem.start(prepared_folder) as copy:
        yield copy


def test_proxy_that_was_killed_leads_to_running_servers_again(lasting_copy: RunningSystem) -> None:
    start_lab(lasting_copy, "sara")
    assert wait_until(lambda: lab_answers(lasting_copy, "sara"), 10)
    os.kill(parts_of(lasting_copy)["proxy"], signal.SIGKILL)
    assert wait_until(lambda: not lab_answers(lasting_copy, "sara"), 10)
    assert wait_until(lambda: lab_answers(lasting_copy, "sara"), 60)


def test_hub_that_was_killed_knows_that_its_servers_ended(lasting_copy: RunningSystem) -> None:
    start_lab(lasting_copy, "sara")
    os.kill(parts_of(lasting_copy)["jupyterhub"], signal.SIGKILL)
    assert wait_until(lambda: not servers_of(lasting_copy), 5)
    assert wait_until(lambda: all_answer(lasting_copy, EVER), 30)
    hub = hub_client(lasting_copy)
    assert wait_until(lambda: hub.get_user("sara").server is None, 15)
    start_lab(lasting_copy, "sara")


def test_every_killed_part_is_started_again(lasting_copy: RunningSystem) -> None:
    killed_at = datetime.now(UTC)
    before = parts_of(lasting_copy)
    assert set(before) == {"web", "worker", "spawn-worker", "beat", "jupyterhub", "proxy"}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    def all_run_anew() -> bool:
        now = parts_of(lasting_copy)
        return all(now[name] not in (0, pid) for name, pid in before.items())

    assert wait_until(all_run_anew, 30)
    assert wait_until(lambda: all_answer(lasting_copy, killed_at), 60)
    start_lab(lasting_copy, "sara")
    assert wait_until(lambda: lab_answers(lasting_copy, "sara"), 30)
