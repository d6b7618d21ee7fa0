"""The Hub on Kubernetes: configured as in Compose, with pods as restricted as containers."""

from __future__ import annotations

import asyncio
import importlib
from types import SimpleNamespace
from typing import Any

import kubernetes_validate
import pytest
from traitlets import HasTraits
from traitlets.config import Config

from tests.hub_settings import (
    SETTINGS,
    environment_of_pod,
    flat,
    load_config,
    load_config_of_compose,
    set_environment,
    shared_settings,
)
from tests.kubernetes_files import NEWEST, container, resource
from tests.test_env_example import settings_of
from tests.test_kubernetes_rights import USERS_SERVER


@pytest.fixture
def in_kubernetes(monkeypatch: pytest.MonkeyPatch) -> Config:
    set_environment(environment_of_pod(), monkeypatch)
    return load_config()


@pytest.fixture
def in_compose(in_kubernetes: Config, monkeypatch: pytest.MonkeyPatch) -> Config:
    return load_config_of_compose(monkeypatch)


def test_hub_is_configured_as_in_compose(in_kubernetes: Config, in_compose: Config) -> None:
    here, there = flat(in_kubernetes), shared_settings(in_compose)
    del there["ConfigurableHTTPProxy", "api_url"]

    assert {key: here.get(key) for key in there} == there


def test_hub_has_the_names_of_its_services(in_kubernetes: Config) -> None:
    hub, proxy = resource("Service", "hub"), resource("Service", "proxy-api")
    hub_url = f"http://{hub['metadata']['name']}:{hub['spec']['ports'][0]['port']}"
    api_url = f"http://{proxy['metadata']['name']}:{proxy['spec']['ports'][0]['port']}"

    assert in_kubernetes.JupyterHub.hub_connect_url == hub_url
    assert in_kubernetes.ConfigurableHTTPProxy.api_url == api_url
    assert SETTINGS["JUPYTERHUB_API_URL"] == f"{hub_url}/hub/api"


def test_manifests_give_every_setting_of_pods() -> None:
    assert settings_of("jupyterhub/pod_settings.py") <= set(environment_of_pod())


def test_example_has_every_secret_of_the_hub() -> None:
    named = [entry["valueFrom"] for entry in container("hub")["env"]]
    keys = [source["secretKeyRef"] for source in named if "secretKeyRef" in source]

    assert len(keys) == 7
    for key in keys:
        assert key["key"] in resource("Secret", key["name"])["stringData"]


# ── Users' servers ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def spawner(in_kubernetes: Config, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The real spawner, for sara, without a cluster."""
    kubespawner = importlib.import_module("kubespawner.spawner")
    monkeypatch.setattr(kubespawner, "load_config", lambda **_: None)
    monkeypatch.setattr(kubespawner, "shared_client", lambda _: None)
    user = SimpleNamespace(name="sara", id=1, url="/user/sara/")
    hub = SimpleNamespace(public_host="", url="", base_url="/hub/", api_url="http://hub/hub/api")
    spawner_class = importlib.import_module("kubernetes_spawner").KubernetesSpawner
    return spawner_class(_mock=True, user=user, hub=hub, config=in_kubernetes)


def manifest(spawner: Any) -> Any:
    """Return the pod as it is sent to Kubernetes."""
    spawner.get_env = dict
    spawner.api_token = "tests-only"
    pod = asyncio.run(spawner.get_pod_manifest())
    api = importlib.import_module("kubernetes_asyncio.client").ApiClient
    return api.sanitize_for_serialization(object.__new__(api), pod)  # needs no connection


def test_users_pod_has_minimal_privileges(spawner: Any) -> None:
    made = manifest(spawner)
    [lab] = made["spec"]["containers"]

    kubernetes_validate.validate(made, NEWEST, strict=True)
    assert made["spec"]["securityContext"] == {
        "fsGroup": 1000,
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert lab["securityContext"] == {
        "runAsUser": 1000,
        "runAsGroup": 1000,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert made["spec"]["automountServiceAccountToken"] is False
    assert "initContainers" not in made["spec"]


def test_users_server_has_the_limits_of_compose(spawner: Any, in_compose: Config) -> None:
    assert spawner.mem_limit == in_compose.DockerSpawner.mem_limit
    assert spawner.cpu_limit == in_compose.DockerSpawner.cpu_limit


def test_home_outlives_its_user_on_the_hub(spawner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Hub calls this hook when the portal deactivates an account and deletes the Hub's user."""
    deleted: list[str] = []

    async def delete(kind: str, name: str, *_arguments: object) -> bool:
        deleted.append(f"{kind} {name}")
        return True

    monkeypatch.setattr(spawner, "_make_delete_pvc_request", delete)
    asyncio.run(spawner.delete_forever())

    assert deleted == []


def test_users_pod_has_limit_of_node_disk(spawner: Any) -> None:
    """Its log and what it writes outside of its home."""
    [lab] = manifest(spawner)["spec"]["containers"]

    assert lab["resources"]["limits"]["ephemeral-storage"] == "2Gi"


def test_pod_that_ended_by_itself_is_recognised(
    spawner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KubeSpawner stops it during `poll`, to delete it."""
    parent = importlib.import_module("kubespawner").KubeSpawner
    state = {"terminated": {"exitCode": 137}}
    status = {"phase": "Failed", "containerStatuses": [{"name": "notebook", "state": state}]}
    pods = {f"{spawner.namespace}/{spawner.pod_name}": {"status": status}}
    stopped: list[bool] = []

    async def no_watching(_spawner: object) -> None: ...

    async def stop(_spawner: object, now: bool = False) -> None:
        stopped.append(now)

    monkeypatch.setattr(parent, "_start_watching_pods", no_watching)
    monkeypatch.setattr(parent, "stop", stop)
    monkeypatch.setitem(parent.reflectors, ("pods", spawner.namespace), SimpleNamespace(pods=pods))
    spawner.orm_spawner = SimpleNamespace(last_activity=None, server=None)
    spawner._spawn_future = None

    assert asyncio.run(spawner.poll()) == 137

    server_exits = importlib.import_module("server_exits")
    found = server_exits.exit_of(spawner, servers_end_with_hub=False)
    assert stopped == [True]
    assert (found.kind, found.exit_status) == ("server.exited", 137)


def test_users_pod_has_the_labels_of_the_policies(spawner: Any) -> None:
    assert USERS_SERVER.items() <= manifest(spawner)["metadata"]["labels"].items()


def test_home_has_the_size_that_the_portal_shows(spawner: Any) -> None:
    assert SETTINGS["HOME_SIZE"] == "5G"
    assert spawner.storage_capacity == "5120Mi"


def test_every_setting_of_pods_exists(spawner: HasTraits, in_kubernetes: Config) -> None:
    assert set(in_kubernetes.KubeSpawner) <= set(spawner.traits(config=True))
