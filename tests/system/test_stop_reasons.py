"""A server ends, and its owner's dashboard says why: the Hub's own word, through all real parts."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.running_system import RunningSystem
from tests.system.owner import Owner
from tests.system.parts import EVER, all_answer, all_run_anew, parts_of
from tests.system.process_table import wait_until
from tests.system.visitor import Visitor

pytestmark = pytest.mark.system


@pytest.fixture
def owner(running_system: RunningSystem) -> Iterator[Owner]:
    with Visitor(running_system) as visitor:
        yield Owner(visitor)


def test_a_server_that_was_killed_says_so_until_the_next_start(owner: Owner) -> None:
    owner.start()
    os.kill(owner.process(), signal.SIGKILL)
    assert wait_until(lambda: owner.cause() == "killed", 20)

    owner.start()
    owner.press("stop")
    assert wait_until(lambda: owner.cause() == "owner", 20)


def test_a_server_that_was_shut_down_from_the_lab_says_so(owner: Owner) -> None:
    owner.start()
    owner.visitor.open_lab(owner.name)
    lab = f"{owner.copy.hub_url}/user/{owner.name}"
    xsrf = owner.visitor.session.cookies.get("_xsrf", path=f"/user/{owner.name}/") or ""
    owner.visitor.session.post(
        f"{lab}/api/shutdown",
        headers={"X-XSRFToken": xsrf, "Referer": f"{lab}/lab"},
        timeout=20,
    ).raise_for_status()

    assert wait_until(lambda: owner.cause() == "exited", 20)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_ended_with_the_hub_says_so(owner: Owner, how: signal.Signals) -> None:
    owner.start()
    before = parts_of(owner.copy)["jupyterhub"]
    os.kill(before, how)

    assert wait_until(lambda: owner.cause() == "hub_ended", 40)
    assert wait_until(lambda: all_run_anew(owner.copy, {"jupyterhub": before}), 30)
    assert wait_until(lambda: all_answer(owner.copy, EVER), 30)
