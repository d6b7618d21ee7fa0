"""What a real Hub tells the portal of its own accord, and of which cause."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing.waiting import wait_for
from tests.contract.real_hub import RealHub
from tests.event_receiver import SECRET, EventReceiver

pytestmark = pytest.mark.real_hub

STARTED, STOPPED, EXITED = "server.started", "server.stopped", "server.exited"


class TellingHub:
    """A real Hub that tells a receiver in the portal's place."""

    def __init__(self, hub: RealHub, portal: EventReceiver) -> None:
        self.hub = hub
        self.portal = portal
        self.client = HubClient(HubTransport(hub.api_url, hub.token))

    def run_server(self, name: str, **options: object) -> None:
        """Have a server ready, and the portal told so."""
        self.client.create_user(name)
        self.client.start_server(name, dict(options))
        wait_for(lambda: self.client.get_user(name).server.ready)
        self.portal.wait_for(STARTED, of=name)

    def fail_a_start(self, name: str, how: str) -> None:
        self.client.create_user(name)
        requests.post(
            f"{self.hub.api_url}/users/{name}/server",
            json={"user_options": {"fails": how}},
            headers={"Authorization": f"token {self.hub.token}"},
            timeout=10,
        )

    def process_of(self, name: str) -> int:
        """The id of the process of the user's server."""
        for pid in self.hub.left_over():
            environment = Path(f"/proc/{pid}/environ").read_bytes()
            if f"JUPYTERHUB_USER={name}".encode() in environment.split(b"\0"):
                return pid
        raise LookupError(name)


def telling(portal: EventReceiver) -> dict[str, str]:
    return {"CONTRACT_PORTAL": portal.url, "CONTRACT_WEBHOOK_SECRET": SECRET}


@pytest.fixture(scope="module")
def portal() -> Iterator[EventReceiver]:
    with EventReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def telling_hub(
    portal: EventReceiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TellingHub]:
    hub = RealHub(tmp_path_factory.mktemp("telling"), settings=telling(portal))
    try:
        hub.start()
        yield TellingHub(hub, portal)
    finally:
        hub.end()


def test_a_start_and_a_stop_are_told_once_each(telling_hub: TellingHub) -> None:
    telling_hub.run_server("stopped")
    began = datetime.now(UTC)

    telling_hub.client.stop_server("stopped")

    event = telling_hub.portal.wait_for(STARTED, STOPPED, of="stopped")
    assert event["data"]["exit_status"] is None
    used = datetime.fromisoformat(event["data"]["last_activity"])
    assert began - timedelta(seconds=30) < used < datetime.now(UTC)
    assert datetime.fromisoformat(event["timestamp"]) >= began


@pytest.mark.parametrize(("number", "exit_status"), [(signal.SIGKILL, 137), (signal.SIGTERM, 143)])
def test_a_process_that_was_killed_is_told_with_its_signal(
    telling_hub: TellingHub, number: signal.Signals, exit_status: int
) -> None:
    name = f"killed-{exit_status}"
    telling_hub.run_server(name)

    os.kill(telling_hub.process_of(name), number)

    event = telling_hub.portal.wait_for(STARTED, EXITED, of=name)
    assert event["data"]["exit_status"] == exit_status


def test_a_server_that_was_shut_down_from_the_lab_ended_by_itself(telling_hub: TellingHub) -> None:
    telling_hub.run_server("shut-down")

    with pytest.raises(requests.RequestException):
        url = f"{telling_hub.hub.proxy_url}/user/shut-down/api"
        requests.delete(url, timeout=5).raise_for_status()

    event = telling_hub.portal.wait_for(STARTED, EXITED, of="shut-down")
    assert event["data"]["exit_status"] == 0


@pytest.mark.parametrize("how", ["raise", "policy", "exit"])
def test_a_failed_start_is_told_as_such(telling_hub: TellingHub, how: str) -> None:
    telling_hub.fail_a_start(f"failing-{how}", how)

    telling_hub.portal.wait_for("server.start_failed", of=f"failing-{how}")


def test_a_start_that_was_cancelled_was_stopped(telling_hub: TellingHub) -> None:
    telling_hub.client.create_user("cancelled")
    telling_hub.client.start_server("cancelled", {"slow": 30})

    telling_hub.client.stop_server("cancelled")

    telling_hub.portal.wait_for(STOPPED, of="cancelled")


def test_the_next_start_and_end_are_told_as_the_first(telling_hub: TellingHub) -> None:
    telling_hub.run_server("again")
    os.kill(telling_hub.process_of("again"), signal.SIGKILL)
    telling_hub.portal.wait_for(STARTED, EXITED, of="again")

    telling_hub.client.start_server("again")
    telling_hub.portal.wait_for(STARTED, EXITED, STARTED, of="again")
    wait_for(lambda: telling_hub.client.get_user("again").server.ready)
    telling_hub.client.stop_server("again")

    event = telling_hub.portal.wait_for(STARTED, EXITED, STARTED, STOPPED, of="again")
    assert event["data"]["exit_status"] is None


def test_a_portal_that_answers_nothing_holds_up_no_start(telling_hub: TellingHub) -> None:
    telling_hub.portal.respond = lambda: 503
    try:
        telling_hub.client.create_user("unheard")
        telling_hub.client.start_server("unheard")
        wait_for(lambda: telling_hub.client.get_user("unheard").server.ready)
        telling_hub.client.stop_server("unheard")
        wait_for(lambda: telling_hub.client.get_user("unheard").server is None)
    finally:
        telling_hub.portal.respond = lambda: 204


class TestOfAHubThatEnds:
    """Last, on Hubs of their own."""

    def test_a_server_that_died_while_the_hub_was_away_ended_by_itself(
        self, portal: EventReceiver, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        hub = RealHub(tmp_path_factory.mktemp("kills"), settings=telling(portal))
        try:
            hub.start()
            TellingHub(hub, portal).run_server("away")
            hub.stop_hub(signal.SIGKILL)
            hub.start()

            event = portal.wait_for(STARTED, EXITED, of="away", seconds=30)
            assert event["data"]["exit_status"] is None
        finally:
            hub.end()

    @pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
    def test_where_servers_end_with_the_hub_they_are_told_to_have(
        self,
        portal: EventReceiver,
        tmp_path_factory: pytest.TempPathFactory,
        how: signal.Signals,
    ) -> None:
        name = f"with-hub-{how}"
        hub = RealHub(
            tmp_path_factory.mktemp("ends"),
            settings=telling(portal) | {"CONTRACT_SERVERS_END": "1"},
        )
        try:
            hub.start()
            TellingHub(hub, portal).run_server(name)
            hub.stop_hub(how)
            hub.start()

            portal.wait_for(STARTED, "server.ended_with_hub", of=name, seconds=30)
        finally:
            hub.end()
