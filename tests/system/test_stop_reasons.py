"""Stop reasons on the dashboard, from the Hub's events through all real parts."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.running_system import RunningSystem
from tests.system.owner import Owner
from tests.system.parts import EPOCH, all_answer, all_restarted, parts_of
from tests.system.process_table import wait_until
from tests.system.visitor import Visitor

pytestmark = pytest.mark.system


@pytest.fixture
def owner(running_system: RunningSystem) -> Iterator[Owner]:
    with Visitor(running_system) as visitor:
        yield Owner(visitor)


def test_killed_server_shows_why_until_next_start(owner: Owner) -> None:
    owner.start()
    os.kill(owner.process(), signal.SIGKILL)
    assert wait_until(lambda: owner.stop_reason() == "killed", 20)

    owner.start()
    owner.click("stop")
    assert wait_until(lambda: owner.stop_reason() == "owner", 20)


def test_server_shut_down_in_lab_shows_why(owner: Owner) -> None:
    owner.start()
    owner.visitor.open_lab(owner.name)
    lab = owner.copy.lab_url(owner.name)
    xsrf = owner.visitor.session.cookies.get("_xsrf", path=f"/user/{owner.name}/") or ""
    owner.visitor.session.post(
        f"{lab}/api/shutdown",
        headers={"X-XSRFToken": xsrf, "Referer": f"{lab}/lab"},
        timeout=20,
    ).raise_for_status()

    assert wait_until(lambda: owner.stop_reason() == "exited", 20)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_server_that_ended_with_hub_shows_why(owner: Owner, how: signal.Signals) -> None:
    owner.start()
    before = parts_of(owner.copy)["jupyterhub"]
    os.kill(before, how)

    assert wait_until(lambda: owner.stop_reason() == "hub_ended", 40)
    assert wait_until(lambda: all_restarted(owner.copy, {"jupyterhub": before}), 30)
    assert wait_until(lambda: all_answer(owner.copy, EPOCH), 30)
