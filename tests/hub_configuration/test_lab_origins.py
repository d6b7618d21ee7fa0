"""Host names of users' servers, and the addresses that sign-in leads to."""

from __future__ import annotations

from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest
from jupyterhub.utils import subdomain_hook_idna
from traitlets.config import Config

from accounts.hub_usernames import propose_hub_usernames
from tests.hub_configuration.test_environment import GOOD


@pytest.fixture
def module(load: Any) -> Any:
    return load("lab_origins")


def configured(load: Any, **changes: str) -> Config:
    c = Config()
    environment = load("hub_environment").HubEnvironment.read(GOOD | changes)
    load("lab_origins").configure_lab_origins(c, environment)
    return c


@pytest.mark.parametrize(
    ("url", "prefix"), [("https://hub.example.org", True), ("http://hub.localhost:8000", False)]
)
def test_servers_have_names_below_the_hubs(load: Any, url: str, prefix: bool) -> None:
    c = configured(load, HUB_URL=url)

    assert c.JupyterHub.subdomain_host == url
    # Browsers refuse cookies with the prefix from a host without TLS.
    assert c.JupyterHub.cookie_host_prefix_enabled is prefix


def test_servers_share_the_hubs_name_if_set_so(load: Any) -> None:
    assert configured(load, LAB_SUBDOMAINS="false") == Config()


@pytest.mark.parametrize("username", ["sara", "Sara.Rezaei", "a--b-", "9lives", "x" * 80, "علی"])
def test_issued_name_is_the_label_of_its_server(username: str) -> None:
    for name in islice(propose_hub_usernames(username), 8):
        assert subdomain_hook_idna(name, "hub.example.ir", "user") == f"{name}.hub.example.ir"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/user/sara/lab?reset&x=1%262", "http://sara.hub.localhost/user/sara/lab?reset&x=1%262"),
        ("/user/sara-2/lab", "/user/sara-2/lab"),
        ("/hub/home", "/hub/home"),
        ("http://localhost:8080/dashboard/", "http://localhost:8080/dashboard/"),
    ],
)
def test_only_own_addresses_get_the_servers_name(module: Any, address: str, expected: str) -> None:
    sara = SimpleNamespace(
        settings={"subdomain_host": "http://hub.localhost"},
        base_url="/user/sara/",
        host="http://sara.hub.localhost",
    )

    assert module.with_lab_host(sara, address) == expected


def test_addresses_stay_paths_on_a_shared_name(module: Any) -> None:
    sara = SimpleNamespace(settings={}, base_url="/user/sara/", host="")

    assert module.with_lab_host(sara, "/user/sara/lab") == "/user/sara/lab"
