"""Checks before a start: each problem is one line that names the setting."""

import socket
from pathlib import Path

import pytest

from deploy.local import preflight
from deploy.local.trial import Trial
from jupyter_integration.testing.free_ports import free_ports


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    portal_port, hub_port, *_ = free_ports(4)
    return Trial(tmp_path, portal_port, hub_port)


def test_free_ports_pass(trial: Trial) -> None:
    assert list(preflight.problems(trial)) == []


def test_taken_portal_port_names_its_setting(trial: Trial) -> None:
    with socket.create_server(("127.0.0.1", trial.portal_port)):
        (problem,) = preflight.problems(trial)
    assert problem == f"Port {trial.portal_port} is taken. Set PORTAL_PORT to a free one."


@pytest.mark.parametrize("which", [0, 2])
def test_taken_hub_port_names_its_setting(trial: Trial, which: int) -> None:
    with socket.create_server(("127.0.0.1", trial.hub_ports[which])):
        (problem,) = preflight.problems(trial)
    assert str(trial.hub_ports[which]) in problem
    assert "HUB_PORT" in problem


def test_port_taken_on_all_addresses_is_taken(trial: Trial) -> None:
    with socket.create_server(("", trial.portal_port)):
        assert len(list(preflight.problems(trial))) == 1


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_port_taken_on_ipv6_is_taken(trial: Trial) -> None:
    with socket.create_server(("::1", trial.portal_port), family=socket.AF_INET6):
        assert len(list(preflight.problems(trial))) == 1


def test_port_in_time_wait_is_free(trial: Trial) -> None:
    with (
        socket.create_server(("127.0.0.1", trial.portal_port)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        connection, _ = server.accept()
        connection.close()  # the server's side closes first, and its port stays in TIME_WAIT
        client.recv(1)
    assert list(preflight.problems(trial)) == []


def test_path_too_long_for_a_socket_is_reported(tmp_path: Path) -> None:
    portal_port, hub_port, *_ = free_ports(4)
    trial = Trial(tmp_path / ("deep" * 30), portal_port, hub_port)
    (problem,) = preflight.problems(trial)
    assert "SHAPARAK_VAR" in problem


def test_root_is_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight.os, "geteuid", lambda: 0)
    assert [line for line in preflight.warnings() if "root" in line]
    monkeypatch.setattr(preflight.os, "geteuid", lambda: 1000)
    assert not [line for line in preflight.warnings() if "root" in line]


def test_machine_without_setpriv_is_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert [line for line in preflight.warnings() if "setpriv" in line]
