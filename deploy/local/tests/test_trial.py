"""Where a copy lives and listens, as its environment says."""

from pathlib import Path

import pytest

from deploy.local.install import REPOSITORY
from deploy.local.trial import SettingRefused, Trial


def test_without_settings_it_lives_in_the_repository() -> None:
    trial = Trial.read({})
    assert trial.var == REPOSITORY / "var"
    assert trial.portal_url == "http://localhost:8080"
    assert trial.hub_url == "http://127.0.0.1:8000"


def test_hub_port_moves_the_inner_ports_with_it() -> None:
    trial = Trial.read({"HUB_PORT": "9000"})
    assert list(trial.hub_ports) == [9000, 9001, 9002]
    assert trial.hub_api_url == "http://127.0.0.1:9002/hub/api"


def test_portal_and_hub_are_on_different_host_names() -> None:
    trial = Trial.read({"PORTAL_PORT": "9100", "HUB_PORT": "9000"})
    assert trial.portal_url.split(":")[1] != trial.hub_url.split(":")[1]


def test_relative_folder_is_one_from_here() -> None:
    assert Trial.read({"SHAPARAK_VAR": "elsewhere"}).var == Path.cwd() / "elsewhere"


@pytest.mark.parametrize("value", ["0", "65536", "-1", "http", "80.5", "۸۰۸۰"])
@pytest.mark.parametrize("name", ["PORTAL_PORT", "HUB_PORT"])
def test_port_that_is_none_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingRefused, match=name):
        Trial.read({name: value})


def test_last_hub_port_leaves_room_for_the_inner_ones() -> None:
    assert Trial.read({"HUB_PORT": "65533"}).hub_ports[-1] == 65535
    with pytest.raises(SettingRefused, match="65533"):
        Trial.read({"HUB_PORT": "65534"})


@pytest.mark.parametrize("portal_port", ["8000", "8001", "8002"])
def test_portal_on_one_of_the_hubs_ports_is_refused(portal_port: str) -> None:
    with pytest.raises(SettingRefused, match="PORTAL_PORT"):
        Trial.read({"PORTAL_PORT": portal_port})
