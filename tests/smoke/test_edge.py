"""The edge: each part only under its own host name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from jupyter_integration.testing.free_ports import free_ports
from jupyter_integration.testing.waiting import wait_for
from tests import hub_names
from tests.browser.people import SLOW
from tests.smoke.engine import docker
from tests.smoke.stack import Stack


@pytest.fixture
def plain_edge(stack: Stack) -> Iterator[str]:
    """The address of a second edge, as it is without TLS."""
    [port] = free_ports(1)
    settings = {"EDGE_TLS": "none", "PORTAL_URL": "http://localhost:8080"}
    settings["HUB_URL"] = "http://hub.localhost:8000"
    environment = [f"--env={name}={value}" for name, value in settings.items()]
    started = stack.compose(
        "run", "--detach", "--no-deps", f"--publish=127.0.0.1:{port}:8080", *environment, "edge"
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        wait_for(lambda: answers(address))
        yield address
    finally:
        docker("rm", "--force", "--volumes", started.split()[-1])


def answers(address: str) -> bool:
    try:
        requests.get(address, timeout=SLOW)
    except requests.ConnectionError:
        return False
    return True


@pytest.mark.parametrize("name", ["elsewhere", "x.sara.hub", "sara.portal"])
def test_edge_has_no_certificate_for_unknown_name(stack: Stack, name: str) -> None:
    for port in (stack.portal_port, stack.hub_port):
        with pytest.raises(requests.exceptions.SSLError):
            hub_names.session().get(f"https://{name}.localhost:{port}/", timeout=SLOW)


def test_edge_without_tls_refuses_unknown_name(plain_edge: str) -> None:
    for name in ("elsewhere.ir", "hub.localhost:8000", "sara.hub.localhost:8000"):
        refused = requests.get(plain_edge, headers={"Host": name}, timeout=SLOW)

        assert refused.status_code == 421
