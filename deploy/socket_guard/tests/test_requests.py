"""Requests of the engine: which are allowed, and for which containers."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.socket_guard.server_limits import InvalidLimit, ServerLimits
from deploy.socket_guard.tests.conftest import LIMITS, SARAS, EngineDouble, Send, SendRaw
from deploy.socket_guard.tests.escapes import MINE, REFUSED_REQUESTS, REQUESTS_OF_OTHERS
from jupyter_integration.testing.waiting import wait_for

REQUESTS_OF_THE_HUB = [
    ("GET", "/version"),
    ("GET", "/v1.45/version"),
    ("GET", "/_ping"),
    ("GET", "/v1.45/images/shaparak-user-server/json"),
    ("GET", "/v1.45/images/shaparak-user-server:latest/json"),
    ("GET", f"{MINE}/json"),
    ("GET", f"{MINE}/stats?stream=false"),
    ("POST", f"{MINE}/start"),
    ("POST", f"{MINE}/stop"),
    ("POST", f"{MINE}/stop?t=5"),
    ("DELETE", f"{MINE}?v=True&link=False&force=False"),
]


def test_requests_of_the_hub_pass(send: Send) -> None:
    assert {send(method, path)[0] for method, path in REQUESTS_OF_THE_HUB} == {200}


def test_other_requests_never_reach_the_engine(send: Send, engine: EngineDouble) -> None:
    for method, path in REFUSED_REQUESTS:
        assert send(method, path)[0] in (403, 501), f"{method} {path}"
        assert engine.requests == []


def test_container_without_the_label_is_not_changed(send: Send, engine: EngineDouble) -> None:
    for method, path in [*REQUESTS_OF_OTHERS, ("DELETE", f"/v1.45/containers/{'db' * 32}")]:
        assert send(method, path)[0] == 403, f"{method} {path}"
        assert engine.changes == []


def test_checked_container_is_changed_by_its_id(send: Send, engine: EngineDouble) -> None:
    """Its name may belong to another container by then."""
    send("POST", f"{MINE}/stop?t=5")

    assert engine.changes == [f"POST /v1.45/containers/{SARAS['Id']}/stop?t=5"]


def test_missing_container_is_the_engines_404(send: Send) -> None:
    status, answer = send("GET", "/v1.45/containers/shaparak-jupyter-omid/json")

    assert (status, answer["message"]) == (404, "No such container: shaparak-jupyter-omid")


@pytest.mark.parametrize(
    "headers",
    [
        {"Transfer-Encoding": "chunked"},
        {"Upgrade": "tcp", "Connection": "Upgrade"},
        {"Content-Length": "-1"},
        {"Content-Length": "9999999"},
        {"Content-Length": "9" * 5000},
        {"Content-Length": "²"},
    ],
)
def test_unusual_transfer_of_a_body_is_refused(
    send: Send, engine: EngineDouble, headers: dict[str, str]
) -> None:
    assert send("POST", f"{MINE}/start", headers=headers)[0] == 403
    assert engine.requests == []


def test_start_takes_no_host_part(send: Send, engine: EngineDouble) -> None:
    """Engines before API version 1.24 took one."""
    assert send("POST", f"{MINE}/start", {"Privileged": True})[0] == 403
    assert engine.requests == []


def test_unavailable_engine_is_a_502(send: Send, tmp_path: Path) -> None:
    (tmp_path / "engine.sock").unlink()

    status, answer = send("GET", "/version")

    assert (status, answer["message"].startswith("socket guard: the engine")) == (502, True)


HOSTILE_TARGETS = [
    "/" + "x" * 60_000,
    "/v1.45/\x1b[2J\x9b",
    "http://[",
    "/v1.45/containers/create?name=" + "9" * 5000,
    "/\u0085",
]


def test_log_has_short_escaped_lines(send_raw: SendRaw, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever controls the Hub must neither write lines of the guard's log nor fill it."""
    for target in HOSTILE_TARGETS:
        assert send_raw(f"GET {target} HTTP/1.1\r\nHost: guard\r\n\r\n".encode("latin-1")) == 403

    assert len(caplog.messages) == len(HOSTILE_TARGETS)
    for line in caplog.messages:
        assert len(line) < 1000
        assert line.isprintable()


def test_broken_connection_is_one_line_of_the_log(
    send_raw: SendRaw, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    request = f"POST {MINE}/start HTTP/1.1\r\nHost: guard\r\nContent-Length: 5\r\n\r\n"

    send_raw(request.encode(), hang_up=True)

    wait_for(lambda: caplog.messages)
    assert "Traceback" not in caplog.text + capfd.readouterr().err


def test_rules_are_those_of_the_hub() -> None:
    assert ServerLimits.read({"SERVER_MEMORY": "", "SERVER_CPUS": ""}) == LIMITS
    assert ServerLimits.read({"SERVER_MEMORY": "512M", "SERVER_CPUS": "0.5"}).memory == 512 * 2**20
    assert ServerLimits.read({"HOME_SIZE": "1.5G"}).home_size == 1.5 * 2**30
    assert ServerLimits.read({"HOME_SIZE": ""}).home_size is None


@pytest.mark.parametrize(
    "environ",
    [
        {"SERVER_MEMORY": "much"},
        {"SERVER_MEMORY": "0"},
        {"SERVER_CPUS": "-1"},
        {"ACTIVE_SERVER_LIMIT": "0"},
        {"ACTIVE_SERVER_LIMIT": "all"},
        {"HOME_SIZE": "-1"},
    ],
)
def test_invalid_rule_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(InvalidLimit, match=next(iter(environ))):
        ServerLimits.read(environ)
