"""A server ends, and its owner's dashboard says why: the Hub's own word, through all real parts."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.running_system import RunningSystem
from tests.system.conftest import hub_client
from tests.system.parts import lab_answers, parts_of
from tests.system.process_table import environment_of, processes_of, wait_until
from tests.system.visitor import Visitor

pytestmark = pytest.mark.system


class Owner:
    """Somebody with a server, at their dashboard."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.copy = visitor.copy
        self.name = visitor.sign_up("parvin")

    def press(self, button: str) -> None:
        page = f"{self.copy.portal_url}/dashboard/"
        token = BeautifulSoup(self.visitor.get(page).text, "html.parser").find(
            attrs={"name": "csrfmiddlewaretoken"}
        )
        self.visitor.session.post(
            f"{self.copy.portal_url}/server/{button}/",
            data={"csrfmiddlewaretoken": token["value"]},
            headers={"Referer": page},
            timeout=20,
        ).raise_for_status()

    def start(self) -> None:
        self.press("start")
        assert wait_until(lambda: self.state() == "ready", 60)
        assert self.cause() is None

    def state(self) -> str:
        return self.visitor.get(f"{self.copy.portal_url}/api/v1/server/").json()["state"]

    def cause(self) -> str | None:
        """The reason on the card, as the page marks it."""
        page = self.visitor.get(f"{self.copy.portal_url}/dashboard/").text
        ending = BeautifulSoup(page, "html.parser").find(id="server-ending")
        return str(ending["data-cause"]) if ending else None

    def process(self) -> int:
        """The id of the server's own process, which started all others of it."""
        return min(
            pid
            for pid, command in processes_of(self.copy).items()
            if "user_server.py" in command
            and environment_of(pid).get("JUPYTERHUB_USER") == self.name
        )


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


def test_a_server_that_nobody_used_says_so(prepared_folder: Path) -> None:
    with (
        RunningSystem.start(prepared_folder, {"IDLE_TIMEOUT": "6"}) as copy,
        Visitor(copy) as visitor,
    ):
        owner = Owner(visitor)
        owner.start()
        assert wait_until(lambda: owner.cause() == "idle", 40)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_ended_with_the_hub_says_so(
    own_copy: RunningSystem, how: signal.Signals
) -> None:
    with Visitor(own_copy) as visitor:
        owner = Owner(visitor)
        owner.start()
        os.kill(parts_of(own_copy)["jupyterhub"], how)

        assert wait_until(lambda: owner.cause() == "hub_ended", 40)


def test_a_server_that_ended_with_all_of_it_says_so_when_it_is_back(
    own_copy: RunningSystem,
) -> None:
    with Visitor(own_copy) as visitor:
        owner = Owner(visitor)
        owner.start()
        assert wait_until(lambda: lab_answers(own_copy, owner.name), 10)
        own_copy.stop()
        own_copy.bring_up()

        assert hub_client(own_copy).get_user(owner.name).server is None
        assert wait_until(lambda: owner.cause() == "hub_ended", 40)
