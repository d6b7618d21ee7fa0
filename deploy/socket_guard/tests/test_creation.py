"""Creation of containers: only a user's server passes."""

from __future__ import annotations

import json

import pytest

from deploy.socket_guard.server_limits import GUARD_LABEL
from deploy.socket_guard.tests.conftest import EngineDouble, Send
from deploy.socket_guard.tests.escapes import (
    CREATE,
    ESCAPES,
    SERVER,
    server_with,
    server_without,
)

LIMITS = ("NetworkMode", "Binds", "CapDrop", "SecurityOpt", "Memory", "CpuPeriod", "CpuQuota")
LIMITS += ("CpuShares", "PidsLimit", "ReadonlyRootfs", "Tmpfs", "ShmSize", "LogConfig", "Ulimits")


def test_users_server_passes_with_the_guards_label(send: Send, engine: EngineDouble) -> None:
    status, _ = send("POST", CREATE, SERVER)

    assert status == 201
    ((_, _, forwarded),) = engine.creations
    labels = {"org.shaparak.part": "user-server", GUARD_LABEL: "sara"}
    assert forwarded == {**SERVER, "Labels": labels}


def test_escapes_never_reach_the_engine(send: Send, engine: EngineDouble) -> None:
    for name, (path, value) in ESCAPES.items():
        status, answer = send("POST", CREATE, server_with(path, value))

        assert (status, engine.requests) == (403, []), name
        assert answer["message"].startswith("socket guard: ")


def test_missing_limit_is_refused(send: Send, engine: EngineDouble) -> None:
    for path in ("Image", "HostConfig", *(f"HostConfig.{limit}" for limit in LIMITS)):
        status, answer = send("POST", CREATE, server_without(path))

        assert (status, engine.requests) == (403, []), path
        assert path.split(".")[-1] in answer["message"]


@pytest.mark.parametrize(
    "name",
    [
        "shaparak-postgres",
        "shaparak-jupyter-",
        "shaparak-jupyter-sara.x",
        "x-shaparak-jupyter-sara",
        "shaparak-jupyter-omid",  # with sara's volume
    ],
)
def test_name_of_another_container_is_refused(send: Send, engine: EngineDouble, name: str) -> None:
    status, _ = send("POST", f"/v1.45/containers/create?name={name}", SERVER)

    assert (status, engine.requests) == (403, [])


def test_engine_gets_the_checked_one_of_doubled_fields(send: Send, engine: EngineDouble) -> None:
    twice = json.dumps(SERVER).replace(
        '"HostConfig": {', '"HostConfig": {"Privileged": true}, "HostConfig": {', 1
    )

    status, _ = send("POST", CREATE, twice.encode())

    assert status == 201
    assert "Privileged" not in json.dumps(engine.requests)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 100_000, b"\xff"], ids=range(5))
def test_body_that_is_no_container_is_refused(
    send: Send, engine: EngineDouble, body: bytes
) -> None:
    assert send("POST", CREATE, body)[0] == 403
    assert engine.requests == []


def test_long_field_name_is_shortened_in_the_refusal(send: Send) -> None:
    for field in ("x" * 200_000, "HostConfig\n2026-01-01 INFO socket_guard: allowed"):
        for value in (1, None):
            status, answer = send("POST", CREATE, server_with(field, value))

            assert status == 403
            assert len(answer["message"]) < 120
            assert "\n" not in answer["message"]


def test_refusal_never_repeats_the_environment(send: Send) -> None:
    _, answer = send("POST", CREATE, server_with("Env", ["TOKEN=secret-of-sara", 1]))

    assert "secret-of-sara" not in answer["message"]
