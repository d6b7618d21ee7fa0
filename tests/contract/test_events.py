"""Events that a real Hub sends to the portal, by cause."""

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


class EventHub:
    """A real Hub that sends its events to a receiver instead of the portal."""

    def __init__(self, hub: RealHub, portal: EventReceiver) -> None:
        self.hub = hub
        self.portal = portal
        self.client = HubClient(HubTransport(hub.api_url, hub.token))

    def run_server(self, name: str, **options: object) -> None:
        """Start a server, and wait until it is ready and its event is received."""
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
        """Return the process id of the user's server."""
        for pid in self.hub.left_over():
            environment = Path(f"/proc/{pid}/environ").read_bytes()
            if f"JUPYTERHUB_USER={name}".encode() in environment.split(b"\0"):
                return pid
        raise LookupError(name)


def event_settings(portal: EventReceiver) -> dict[str, str]:
    return {"CONTRACT_PORTAL": portal.url, "CONTRACT_WEBHOOK_SECRET": SECRET}


@pytest.fixture(scope="module")
def portal() -> Iterator[EventReceiver]:
    with EventReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def event_hub(
    portal: EventReceiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EventHub]:
    hub = RealHub(tmp_path_factory.mktemp("events"), settings=event_settings(portal))
    try:
        hub.start()
        yield EventHub(hub, portal)
    finally:
        hub.end()


def test_start_and_stop_send_one_event_each(event_hub: EventHub) -> None:
    event_hub.run_server("stopped")
    began = datetime.now(UTC)

    event_hub.client.stop_server("stopped")

    event = event_hub.portal.wait_for(STARTED, STOPPED, of="stopped")
    assert event["data"]["exit_status"] is None
    used = datetime.fromisoformat(event["data"]["last_activity"])
    assert began - timedelta(seconds=30) < used < datetime.now(UTC)
    assert datetime.fromisoformat(event["timestamp"]) >= began


@pytest.mark.parametrize(("number", "exit_status"), [(signal.SIGKILL, 137), (signal.SIGTERM, 143)])
def test_killed_process_sends_its_signal(
    event_hub: EventHub, number: signal.Signals, exit_status: int
) -> None:
    name = f"killed-{exit_status}"
    event_hub.run_server(name)

    os.kill(event_hub.process_of(name), number)

    event = event_hub.portal.wait_for(STARTED, EXITED, of=name)
    assert event["data"]["exit_status"] == exit_status


def test_server_shut_down_from_lab_is_exited(event_hub: EventHub) -> None:
    event_hub.run_server("shut-down")

    with pytest.raises(requests.RequestException):
        name = {"Host": event_hub.hub.hub_url.replace("http://", "shut-down.")}
        url = f"{event_hub.hub.proxy_url}/user/shut-down/api"
        requests.delete(url, headers=name, timeout=5).raise_for_status()

    event = event_hub.portal.wait_for(STARTED, EXITED, of="shut-down")
    assert event["data"]["exit_status"] == 0


@pytest.mark.parametrize("how", ["raise", "policy", "exit"])
def test_failed_start_sends_start_failed(event_hub: EventHub, how: str) -> None:
    event_hub.fail_a_start(f"failing-{how}", how)

    event_hub.portal.wait_for("server.start_failed", of=f"failing-{how}")


def test_cancelled_start_sends_stopped(event_hub: EventHub) -> None:
    event_hub.client.create_user("cancelled")
    event_hub.client.start_server("cancelled", {"slow": 30})

    event_hub.client.stop_server("cancelled")

    event_hub.portal.wait_for(STOPPED, of="cancelled")


def test_second_start_and_end_send_events(event_hub: EventHub) -> None:
    event_hub.run_server("again")
    os.kill(event_hub.process_of("again"), signal.SIGKILL)
    event_hub.portal.wait_for(STARTED, EXITED, of="again")

    event_hub.client.start_server("again")
    event_hub.portal.wait_for(STARTED, EXITED, STARTED, of="again")
    wait_for(lambda: event_hub.client.get_user("again").server.ready)
    event_hub.client.stop_server("again")

    event = event_hub.portal.wait_for(STARTED, EXITED, STARTED, STOPPED, of="again")
    assert event["data"]["exit_status"] is None


def test_silent_portal_delays_no_start(event_hub: EventHub) -> None:
    event_hub.portal.respond = lambda: 503
    try:
        event_hub.client.create_user("unheard")
        event_hub.client.start_server("unheard")
        wait_for(lambda: event_hub.client.get_user("unheard").server.ready)
        event_hub.client.stop_server("unheard")
        wait_for(lambda: event_hub.client.get_user("unheard").server is None)
    finally:
        event_hub.portal.respond = lambda: 204


class TestRestartedHub:
    """The last tests, each with its own Hub."""

    def test_server_that_died_during_outage_is_exited(
        self, portal: EventReceiver, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        hub = RealHub(tmp_path_factory.mktemp("kills"), settings=event_settings(portal))
        try:
            hub.start()
            EventHub(hub, portal).run_server("away")
            hub.stop_hub(signal.SIGKILL)
            hub.start()

            event = portal.wait_for(STARTED, EXITED, of="away", seconds=30)
            assert event["data"]["exit_status"] is None
        finally:
            hub.end()

    @pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
    def test_servers_ended_with_hub_send_events(
        self,
        portal: EventReceiver,
        tmp_path_factory: pytest.TempPathFactory,
        how: signal.Signals,
    ) -> None:
        name = f"with-hub-{how}"
        hub = RealHub(
            tmp_path_factory.mktemp("ends"),
            settings=event_settings(portal) | {"CONTRACT_SERVERS_END": "1"},
        )
        try:
            hub.start()
            EventHub(hub, portal).run_server(name)
            hub.stop_hub(how)
            hub.start()

            portal.wait_for(STARTED, "server.ended_with_hub", of=name, seconds=30)
        finally:
            hub.end()
