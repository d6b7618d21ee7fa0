"""Free ports: a test's ports are its own until it ends."""

import socket
import subprocess
import sys

import pytest

from jupyter_integration.testing import free_ports as module
from jupyter_integration.testing.free_ports import free_ports

SETUP = "from jupyter_integration.testing import free_ports; free_ports.PORTS = {};"
CALL = "free_ports.free_ports(1)"


def test_free_ports_are_consecutive_and_usable() -> None:
    ports = free_ports(4)
    assert ports == list(range(ports[0], ports[0] + 4))
    for port in ports:
        with socket.create_server(("127.0.0.1", port)):
            pass


def test_no_port_is_returned_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = free_ports(1)
    monkeypatch.setattr(module, "PORTS", [first])
    with pytest.raises(LookupError, match="No 1 free"):
        free_ports(1)


def test_port_of_another_process_is_not_reused() -> None:
    (port,) = free_ports(1)
    asked = subprocess.run(
        [sys.executable, "-c", SETUP.format([port]) + CALL],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No 1 free" in asked.stderr


def test_listening_port_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(module, "PORTS", [server.getsockname()[1]])
        with pytest.raises(LookupError):
            free_ports(1)
