"""Client methods against a fake Hub; tests/contract/ has the responses of a real one."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubBadRequest,
    HubConflict,
    HubNotFound,
    HubProtocolError,
    HubStarting,
    HubUnreachable,
)
from jupyter_integration.testing import FakeHub, Spawn
from jupyter_integration.tests.hub.conftest import client_of
from jupyter_integration.tests.hub.peer import Connection, Peer, answering


def test_each_method_makes_one_call(fake_hub: FakeHub, hub: HubClient) -> None:
    hub.get_version()
    hub.create_user("sara")
    hub.get_user("sara")
    hub.start_server("sara")
    list(hub.follow_progress("sara"))
    hub.stop_server("sara")
    list(hub.list_users())
    hub.delete_user("sara")

    assert fake_hub.calls == [
        "GET /",
        "POST /users/sara",
        "GET /users/sara",
        "POST /users/sara/server",
        "GET /users/sara/server/progress",
        "DELETE /users/sara/server",
        "GET /users",
        "DELETE /users/sara",
    ]


@pytest.mark.parametrize("name", ["علی", "a+b", "Ali@Example.com", "a?b#c", "%2e%2e"])
def test_a_name_arrives_as_it_is(fake_hub: FakeHub, hub: HubClient, name: str) -> None:
    assert hub.create_user(name).name == name
    assert hub.get_user(name).name == name
    hub.start_server(name)
    server = hub.get_user(name).server
    assert server is not None
    assert server.url.endswith(f"/user/{quote(name, safe='@~')}/")
    assert [event.ready for event in hub.follow_progress(name)][-1]
    assert hub.stop_server(name) is True
    hub.delete_user(name)

    assert list(fake_hub.users) == []
    assert fake_hub.calls[0] == f"POST /users/{quote(name, safe='')}"


def test_name_with_a_slash_reaches_no_other_endpoint(fake_hub: FakeHub, hub: HubClient) -> None:
    fake_hub.add_user("sara")
    fake_hub.start_behind_the_portal("sara")

    with pytest.raises(HubNotFound):
        hub.delete_user("sara/server")

    assert fake_hub.calls == ["DELETE /users/sara%2Fserver"]
    assert fake_hub.phase("sara") == "ready"


@pytest.mark.parametrize("name", ["", ".", "..", "\udc80"])
def test_name_that_resolves_elsewhere_is_refused(
    fake_hub: FakeHub, hub: HubClient, name: str
) -> None:
    for call in (
        hub.get_user,
        hub.create_user,
        hub.delete_user,
        hub.start_server,
        hub.stop_server,
        hub.follow_progress,
    ):
        with pytest.raises(HubBadRequest):
            call(name)

    assert fake_hub.calls == []


def test_created_user_is_no_administrator(sample) -> None:
    bodies = []

    def play(connection: Connection) -> None:
        bodies.append(connection.read_request().split(b"\r\n\r\n")[1])
        connection.answer("201 Created", json.dumps(sample("user_create_name_08")["body"]).encode())

    with Peer(play) as peer:
        client_of(peer.api_url).create_user("ALI")

    assert json.loads(bodies[0]) == {"admin": False}


def test_user_options_reach_the_spawner(fake_hub: FakeHub, hub: HubClient) -> None:
    fake_hub.add_user("sara")

    hub.start_server("sara", {"image": "torch", "gpus": 1})

    server = fake_hub.users["sara"].server
    assert server is not None
    assert server.user_options == {"image": "torch", "gpus": 1}


def test_user_options_must_be_json(fake_hub: FakeHub, hub: HubClient) -> None:
    fake_hub.add_user("sara")

    with pytest.raises(TypeError):
        hub.start_server("sara", {"image": object()})  # type: ignore[dict-item]

    assert fake_hub.calls == []


def test_refused_start_is_success_only_while_running(fake_hub: FakeHub, hub: HubClient) -> None:
    fake_hub.add_user("is already running")
    fake_hub.script("is already running", Spawn(seconds=0, stop_seconds=5))
    hub.start_server("is already running")
    hub.stop_server("is already running")

    with pytest.raises(HubConflict, match="is pending stop"):
        hub.start_server("is already running")


@pytest.mark.parametrize("method", ["create_user", "start_server", "stop_server", "delete_user"])
def test_change_with_lost_response_is_sent_once(
    fake_hub: FakeHub, hub: HubClient, method: str
) -> None:
    if method != "create_user":
        fake_hub.add_user("sara")
    fake_hub.lose_answers()

    with pytest.raises(HubUnreachable):
        getattr(hub, method)("sara")

    assert len(fake_hub.calls) == 1
    if method == "start_server":
        assert fake_hub.phase("sara") == "spawn"


def test_foreign_404_means_the_hub_is_starting() -> None:
    with Peer(answering("404 Not Found", b"Not Found")) as peer:
        with pytest.raises(HubStarting) as starting:
            client_of(peer.api_url).get_user("sara")
        with pytest.raises(HubStarting):
            next(client_of(peer.api_url).follow_progress("sara"))

    assert starting.value.status == 404
    assert not isinstance(starting.value, HubNotFound)
    assert "JUPYTERHUB_API_URL" in str(starting.value)


def test_pages_are_read_at_the_configured_address(fake_hub: FakeHub, hub: HubClient) -> None:
    for number in range(7):
        fake_hub.add_user(f"student-{number}")

    users = list(hub.list_users(page_size=3))

    # The Hub's own address of the next page may be reachable only by the Hub.
    assert [user.name for user in users] == [f"student-{number}" for number in range(7)]
    assert fake_hub.calls == ["GET /users"] * 3


@pytest.mark.parametrize("offset", [0, 2])
def test_pages_that_do_not_advance_end_the_list(sample, offset: int) -> None:
    """Otherwise a broken Hub could keep a worker in an endless loop."""
    bodies = [sample("users_list_paged")["body"] for _ in range(2)]
    bodies[0]["_pagination"]["next"]["offset"] = 2
    bodies[1]["_pagination"]["next"]["offset"] = offset

    def play(connection: Connection) -> None:
        for body in bodies:
            connection.read_request()
            connection.answer("200 OK", json.dumps(body).encode())

    with Peer(play) as peer, pytest.raises(HubProtocolError, match="not a later one"):
        list(client_of(peer.api_url).list_users(page_size=2))


def test_unpaged_list_is_refused(sample) -> None:
    with Peer(answering("200 OK", b"[]")) as peer, pytest.raises(HubProtocolError):
        list(client_of(peer.api_url).list_users())


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (("200 OK", b'{"name": "sara"'), "not JSON"),
        (("200 OK", b'{"name": "sara", "admin": false}'), "'servers' is missing"),
        (("202 Accepted", b"{}"), "202"),
        (("302 Found", b"", "Location: http://127.0.0.1:1/steal"), "redirects are not followed"),
        (("405 Method Not Allowed", b'{"status": 405, "message": null}'), "405"),
    ],
)
def test_response_of_no_hub_is_a_protocol_error(answer, why: str) -> None:
    with Peer(answering(*answer)) as peer, pytest.raises(HubProtocolError, match=why) as broken:
        client_of(peer.api_url).get_user("sara")

    assert broken.value.status == int(answer[0][:3])
    assert len(peer.requests) == 1
