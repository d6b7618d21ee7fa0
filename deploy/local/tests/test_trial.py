"""Folders, ports and addresses of a copy, from its environment."""

from pathlib import Path

import pytest

from deploy.local.install import REPOSITORY
from deploy.local.trial import SettingRefused, Trial


def test_default_folder_is_in_the_repository() -> None:
    trial = Trial.read({})
    assert trial.var == REPOSITORY / "var"
    assert trial.portal_url == "http://localhost:8080"
    assert trial.hub_url == "http://hub.localhost:8000"


def test_labs_without_names_allow_hub_at_address() -> None:
    trial = Trial.read({"LAB_SUBDOMAINS": "false"})
    assert trial.hub_url == trial.hub_proxy_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("value", ["0", "maybe", "بله"])
def test_unclear_choice_of_names_is_refused(value: str) -> None:
    with pytest.raises(SettingRefused, match="LAB_SUBDOMAINS"):
        Trial.read({"LAB_SUBDOMAINS": value})


def test_hub_port_moves_the_inner_ports_with_it() -> None:
    trial = Trial.read({"HUB_PORT": "9000"})
    assert list(trial.hub_ports) == [9000, 9001, 9002]
    assert trial.hub_api_url == "http://127.0.0.1:9002/hub/api"


def test_portal_and_hub_have_different_host_names() -> None:
    trial = Trial.read({"PORTAL_PORT": "9100", "HUB_PORT": "9000"})
    assert trial.portal_url.split(":")[1] != trial.hub_url.split(":")[1]


def test_relative_folder_is_made_absolute() -> None:
    assert Trial.read({"SHAPARAK_VAR": "elsewhere"}).var == Path.cwd() / "elsewhere"


@pytest.mark.parametrize("value", ["0", "65536", "-1", "http", "۸۰۸۰"])
def test_invalid_port_is_refused(value: str) -> None:
    with pytest.raises(SettingRefused, match="PORTAL_PORT"):
        Trial.read({"PORTAL_PORT": value})


def test_hub_port_leaves_room_for_inner_ports() -> None:
    assert Trial.read({"HUB_PORT": "65533"}).hub_ports[-1] == 65535
    with pytest.raises(SettingRefused, match="65533"):
        Trial.read({"HUB_PORT": "65534"})


@pytest.mark.parametrize("portal_port", ["8000", "8002"])
def test_portal_on_a_hub_port_is_refused(portal_port: str) -> None:
    with pytest.raises(SettingRefused, match="PORTAL_PORT"):
        Trial.read({"PORTAL_PORT": portal_port})
