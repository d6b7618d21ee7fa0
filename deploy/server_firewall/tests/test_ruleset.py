"""Rules of the firewall: which addresses are closed to users' servers, and what settings change."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network

import pytest
import yaml

from deploy.server_firewall.ruleset import (
    BRIDGE,
    PRIVATE,
    TABLE,
    InvalidSetting,
    Settings,
    rules,
)
from tests.test_env_example import COMPOSE

CLOSED = [
    "10.1.2.3",
    "172.17.0.1",
    "192.168.1.1",
    "169.254.169.254",  # metadata of AWS, Azure, Google
    "100.100.100.200",  # metadata of Alibaba
    "192.0.0.192",  # metadata of Oracle
    "127.0.0.1",
    "255.255.255.255",
    "fd00:ec2::254",  # metadata of AWS
    "fe80::a9fe:a9fe",  # metadata of OpenStack
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "::1",
]
OPEN = ["1.1.1.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "203.0.113.1", "2a00::1"]


def is_closed(address: str) -> bool:
    return any(ip_address(address) in network for network in PRIVATE)


@pytest.mark.parametrize("address", CLOSED)
def test_private_address_is_closed(address: str) -> None:
    assert is_closed(address)


@pytest.mark.parametrize("address", OPEN)
def test_internet_is_open(address: str) -> None:
    assert not is_closed(address)


def test_every_closed_network_is_in_the_rules() -> None:
    text = rules(Settings(closed=True))

    assert [network for network in PRIVATE if str(network) not in text] == []


def test_table_is_replaced_in_one_step() -> None:
    """nft applies a file as a whole: there is no moment without rules."""
    lines = rules(Settings(closed=True)).splitlines()

    assert lines[:2] == [f"table {TABLE}", f"delete table {TABLE}"]
    assert lines[2] == f"table {TABLE} {{"


def test_open_setting_removes_the_table() -> None:
    assert rules(Settings.read({"SERVER_PRIVATE_ADDRESSES": "open"})).splitlines() == [
        f"table {TABLE}",
        f"delete table {TABLE}",
    ]


def test_default_is_closed_without_exceptions() -> None:
    assert Settings.read({"SERVER_PRIVATE_ADDRESSES": "", "SERVER_ALLOWED_ADDRESSES": ""}) == (
        Settings(closed=True, allowed=())
    )


def test_allowed_addresses_are_an_exception() -> None:
    settings = Settings.read({"SERVER_ALLOWED_ADDRESSES": "10.20.0.5, 10.30.0.0/16 fd00::/64"})

    assert settings.allowed == tuple(map(ip_network, ("10.20.0.5", "10.30.0.0/16", "fd00::/64")))
    text = rules(settings)
    [four, six] = re.findall(r"set allowed[46] {.*elements = { (.*) };", text)
    assert (four, six) == ("10.20.0.5/32, 10.30.0.0/16", "fd00::/64")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SERVER_PRIVATE_ADDRESSES", "yes"),
        ("SERVER_ALLOWED_ADDRESSES", "mirror.example.ir"),
        ("SERVER_ALLOWED_ADDRESSES", "10.0.0.1/8"),
        ("SERVER_ALLOWED_ADDRESSES", "1.1.1.1 }; flush ruleset"),
    ],
)
def test_invalid_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=name):
        Settings.read({name: value})


def test_rules_are_for_the_bridge_of_compose() -> None:
    compose = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    options = compose["networks"]["servers"]["driver_opts"]

    assert options == {"com.docker.network.bridge.name": BRIDGE}
    assert len(BRIDGE) < 16  # of an interface's name
