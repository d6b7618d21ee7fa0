"""Configuration of users' containers, read as the Hub reads it."""

from __future__ import annotations

import importlib
import re
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy.engine import make_url
from traitlets.config import Config

from deploy.socket_guard.server_limits import LOG, ULIMITS, ServerLimits
from tests.hub_configuration.conftest import FOLDER

SECRET = {"HUB_DATABASE_PASSWORD": "p@ss:word/1"}


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a loader of modules in jupyterhub/, which is not a package."""
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in ("SERVER_IMAGE", "SERVER_NETWORK", "SERVER_MEMORY", "SERVER_CPUS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUB_DATABASE_PASSWORD", SECRET["HUB_DATABASE_PASSWORD"])
    return importlib.import_module


@pytest.fixture
def configured(load: Any) -> Config:
    c = Config()
    load("containers").configure(c, None)
    return c


def test_settings_have_defaults(load: Any) -> None:
    settings: Any = load("container_settings").ContainerSettings.read(SECRET)

    assert settings.image == "shaparak-user-server"
    assert settings.network == "shaparak-servers"
    assert (settings.memory, settings.cpus) == (2 * 2**30, 2.0)


def test_every_bad_setting_is_named_at_once(load: Any) -> None:
    module: ModuleType = load("container_settings")

    with pytest.raises(module.EnvironmentRefused) as refused:
        module.ContainerSettings.read({"SERVER_MEMORY": "much", "SERVER_CPUS": "0"})

    assert "SERVER_MEMORY must be" in str(refused.value)
    assert "SERVER_CPUS must be" in str(refused.value)
    assert "HUB_DATABASE_PASSWORD is missing" in str(refused.value)


@pytest.mark.parametrize("cpus", ["two", "-1", "inf"])
def test_cpus_must_be_a_positive_number(load: Any, cpus: str) -> None:
    module: ModuleType = load("container_settings")

    with pytest.raises(module.EnvironmentRefused):
        module.ContainerSettings.read(SECRET | {"SERVER_CPUS": cpus})


def test_hub_exits_with_the_reason(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    containers = load("containers")
    monkeypatch.setenv("SERVER_MEMORY", "much")

    with pytest.raises(SystemExit, match="SERVER_MEMORY must be"):
        containers.configure(Config(), None)


def test_spawner_records_exits(configured: Config) -> None:
    assert configured.JupyterHub.spawner_class == "container_spawner.ContainerSpawner"


def test_users_container_has_minimal_privileges(configured: Config) -> None:
    host = configured.DockerSpawner.extra_host_config

    assert host["cap_drop"] == ["ALL"]
    assert host["security_opt"] == ["no-new-privileges"]
    assert host["pids_limit"] == 512
    assert host["cpu_shares"] == 256
    assert "privileged" not in host
    assert configured.DockerSpawner.mem_limit == 2 * 2**30
    assert configured.DockerSpawner.cpu_limit == 2.0


def test_users_container_has_limits_of_the_guard(configured: Config) -> None:
    """The smoke tests start one through the guard."""
    host = configured.DockerSpawner.extra_host_config
    limits = ServerLimits.read({})

    assert host["read_only"] is True
    assert host["tmpfs"] == limits.temporary_folders
    assert host["shm_size"] == limits.shared_memory
    log = host["log_config"]
    assert {"Type": log["type"], "Config": log["config"]} == LOG
    ulimits = [{key.title(): value for key, value in one.items()} for one in host["ulimits"]]
    assert ulimits == ULIMITS


def test_files_in_memory_are_smaller_than_the_memory() -> None:
    """Full temporary folders then end no server."""
    for memory in ("2G", "512M", "1000000"):
        limits = ServerLimits.read({"SERVER_MEMORY": memory})
        sizes = re.findall(r"size=([0-9]+)", " ".join(limits.temporary_folders.values()))

        assert len(sizes) == 2
        assert sum(map(int, sizes)) + limits.shared_memory <= limits.memory * 0.85


def test_users_home_is_a_volume(configured: Config) -> None:
    assert configured.DockerSpawner.volumes == {"shaparak-home-{username}": "/home/user"}
    assert configured.DockerSpawner.remove is True
    assert configured.JupyterHub.cleanup_servers is False  # servers run on while the Hub restarts


def test_database_password_may_contain_any_character(configured: Config) -> None:
    address = make_url(configured.JupyterHub.db_url)

    assert address.password == SECRET["HUB_DATABASE_PASSWORD"]
    assert (address.username, address.host, address.database) == (
        "jupyterhub",
        "postgres",
        "jupyterhub",
    )
