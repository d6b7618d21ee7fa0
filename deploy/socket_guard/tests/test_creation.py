"""Of all that a container can be, a user's server passes, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploy.socket_guard.rules import GUARD_LABEL
from deploy.socket_guard.tests.conftest import Ask, EngineDouble
from deploy.socket_guard.tests.escapes import (
    CREATE,
    ESCAPES,
    SERVER,
    server_with,
    server_without,
)


def test_a_users_server_passes_with_the_guards_label_on_it(ask: Ask, engine: EngineDouble) -> None:
    status, _ = ask("POST", CREATE, SERVER)

    assert status == 201
    ((_, _, passed_on),) = engine.asked
    labels = {"org.shaparak.part": "user-server", GUARD_LABEL: "sara"}
    assert passed_on == {**SERVER, "Labels": labels}


@pytest.mark.parametrize(("path", "value"), ESCAPES.values(), ids=ESCAPES)
def test_an_escape_is_refused_before_the_engine_hears_of_it(
    ask: Ask, engine: EngineDouble, path: str, value: Any
) -> None:
    status, answer = ask("POST", CREATE, server_with(path, value))

    assert status == 403
    assert answer["message"].startswith("socket guard: ")
    assert engine.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "Image",
        "HostConfig",
        "HostConfig.NetworkMode",
        "HostConfig.Binds",
        "HostConfig.CapDrop",
        "HostConfig.SecurityOpt",
        "HostConfig.Memory",
        "HostConfig.CpuPeriod",
        "HostConfig.CpuQuota",
        "HostConfig.CpuShares",
        "HostConfig.PidsLimit",
    ],
)
def test_a_limit_that_is_left_out_is_refused(ask: Ask, engine: EngineDouble, path: str) -> None:
    status, answer = ask("POST", CREATE, server_without(path))

    assert (status, engine.asked) == (403, [])
    assert path.split(".")[-1] in answer["message"]


@pytest.mark.parametrize(
    "name",
    [
        "shaparak-postgres",
        "shaparak-jupyterhub",
        "shaparak-jupyter-",
        "shaparak-jupyter-SARA",
        "shaparak-jupyter-sara.x",
        "x-shaparak-jupyter-sara",
        "shaparak-jupyter-omid",
    ],
)
def test_another_name_is_refused_or_needs_the_volume_of_that_very_user(
    ask: Ask, engine: EngineDouble, name: str
) -> None:
    status, _ = ask("POST", f"/v1.45/containers/create?name={name}", SERVER)

    assert (status, engine.asked) == (403, [])


def test_of_a_field_that_is_there_twice_the_engine_gets_the_one_that_was_checked(
    ask: Ask, engine: EngineDouble
) -> None:
    twice = json.dumps(SERVER).replace(
        '"HostConfig": {', '"HostConfig": {"Privileged": true}, "HostConfig": {', 1
    )

    status, _ = ask("POST", CREATE, twice.encode())

    assert status == 201
    assert "Privileged" not in json.dumps(engine.asked)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{", b"[" * 100_000, b"\xff", b'"text"'], ids=range(7)
)
def test_what_is_no_container_is_refused(ask: Ask, engine: EngineDouble, body: bytes) -> None:
    assert ask("POST", CREATE, body)[0] == 403
    assert engine.asked == []


def test_a_refusal_never_repeats_what_is_in_the_environment(ask: Ask) -> None:
    _, answer = ask("POST", CREATE, server_with("Env", ["TOKEN=secret-of-sara", 1]))

    assert "secret-of-sara" not in answer["message"]
