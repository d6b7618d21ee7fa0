"""Escapes from the Hub's container, tried from inside with a real engine: the guard refuses all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploy.socket_guard.server_limits import GUARD_LABEL
from deploy.socket_guard.tests.escapes import (
    CREATE,
    ESCAPES,
    MINE,
    OTHERS,
    REFUSED_REQUESTS,
    REQUESTS_OF_OTHERS,
    SERVER,
    server_with,
)
from tests.smoke import engine
from tests.smoke.stack import Stack

HUB = "shaparak-jupyterhub"

CALL_THE_GUARD = """
import http.client, json, sys
answers = []
for method, path, body in json.load(sys.stdin):
    connection = http.client.HTTPConnection("socket-guard", 2375, timeout=60)
    connection.request(method, path, json.dumps(body) if body else None)
    answer = connection.getresponse()
    answers.append([answer.status, answer.read().decode(errors="replace")])
print(json.dumps(answers))
"""

Request = tuple[str, str, Any]


@pytest.fixture
def saras_home(stack: Stack) -> Any:
    """Remove what an allowed container leaves."""
    yield
    engine.run(["docker", "rm", "--force", "shaparak-jupyter-sara"])
    engine.run(["docker", "volume", "rm", "shaparak-home-sara"])


def send(*requests: Request) -> list[tuple[int, str]]:
    answers = engine.run_inside(HUB, CALL_THE_GUARD, list(requests))
    return [(status, text) for status, text in answers]


def test_no_escape_from_the_hub_succeeds(stack: Stack, saras_home: None) -> None:
    """The same request without the escape succeeds: the escape is the reason of the refusal."""
    escapes: dict[str, Request] = {
        name: ("POST", CREATE, server_with(path, value)) for name, (path, value) in ESCAPES.items()
    }
    escapes |= {
        f"{method} {path}": (method, path, None)
        for method, path in [*REFUSED_REQUESTS, *REQUESTS_OF_OTHERS]
    }
    before = engine.everything()
    database = engine.inspect("shaparak-postgres")["State"]

    answers = dict(zip(escapes, send(*escapes.values()), strict=True))

    allowed = {name: answer for name, answer in answers.items() if answer[0] not in (403, 501)}
    assert allowed == {}
    assert len(answers) >= 20
    assert engine.everything() == before
    assert engine.inspect("shaparak-postgres")["State"]["StartedAt"] == database["StartedAt"]
    ((status, text),) = send(("POST", CREATE, SERVER))
    assert status == 201, text


def test_allowed_container_is_labelled_and_restricted(stack: Stack, saras_home: None) -> None:
    ((status, text),) = send(("POST", CREATE, SERVER))
    assert status == 201, text

    created = engine.inspect("shaparak-jupyter-sara")
    assert created["Config"]["Labels"][GUARD_LABEL] == "sara"
    host = created["HostConfig"]
    assert (host["Privileged"], host["CapAdd"], host["CapDrop"]) == (False, None, ["ALL"])
    assert [mount["Name"] for mount in created["Mounts"]] == ["shaparak-home-sara"]
    assert list(created["NetworkSettings"]["Networks"]) == ["shaparak-servers"]
    inspected, removed = send(("GET", f"{MINE}/json", None), ("DELETE", MINE, None))
    assert (inspected[0], removed[0]) == (200, 204)
    assert "shaparak-jupyter-sara" not in engine.names_of("container")


def test_hub_has_no_engine_socket(stack: Stack) -> None:
    holders = [
        name
        for name in engine.names_of("container")
        if "docker.sock" in json.dumps(engine.inspect(name)["Mounts"])
    ]

    assert holders == ["shaparak-socket-guard"]
    ((status, _),) = send(("GET", f"{OTHERS}/json", None))
    assert status == 403
