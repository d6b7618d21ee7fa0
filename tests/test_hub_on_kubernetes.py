"""The Hub on Kubernetes: configured as in Compose, with pods as restricted as containers."""

from __future__ import annotations

import asyncio
import importlib
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import kubernetes_validate
import pytest
from kubernetes_asyncio.client.exceptions import ApiException
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
        "fsGroupChangePolicy": "OnRootMismatch",
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
    """`poll` deletes it; the Hub polls again before it calls the hook."""
    parent = importlib.import_module("kubespawner").KubeSpawner
    pods = {f"{spawner.namespace}/{spawner.pod_name}": ended_pod(137, "OOMKilled")}
    stopped: list[bool] = []

    async def no_watching(_spawner: object) -> None: ...

    async def stop(_spawner: object, now: bool = False) -> None:
        stopped.append(now)
        pods.clear()

    monkeypatch.setattr(parent, "_start_watching_pods", no_watching)
    monkeypatch.setattr(parent, "stop", stop)
    monkeypatch.setitem(parent.reflectors, ("pods", spawner.namespace), SimpleNamespace(pods=pods))
    spawner.orm_spawner = SimpleNamespace(name="", last_activity=None, server=None)
    spawner._spawn_future = None

    assert [asyncio.run(spawner.poll()) for _ in range(2)] == [137, 137]

    server_exits = importlib.import_module("server_exits")
    found = server_exits.exit_of(spawner, servers_end_with_hub=False)
    assert stopped == [True]
    assert (found.kind, found.exit_status, found.reason) == ("server.exited", 137, "OOMKilled")


def ended_pod(exit_code: int, reason: str) -> dict[str, Any]:
    state = {"terminated": {"exitCode": exit_code, "reason": reason}}
    return {
        "metadata": {"name": "jupyter-sara", "uid": "9d1f"},
        "status": {"phase": "Failed", "containerStatuses": [{"name": "notebook", "state": state}]},
    }


@pytest.fixture
def cluster(spawner: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Pods that the spawner sees, and how it deletes them."""
    parent = importlib.import_module("kubespawner").KubeSpawner
    found = SimpleNamespace(pods={}, deleted=[], is_lost=False)

    async def no_watching(_spawner: object) -> None: ...

    async def stop(_spawner: object, now: bool = False) -> None:
        found.deleted.append(now)
        if found.is_lost and not now:
            await asyncio.sleep(60)

    monkeypatch.setattr(parent, "_start_watching_pods", no_watching)
    monkeypatch.setattr(parent, "stop", stop)
    monkeypatch.setitem(parent.reflectors, ("pods", spawner.namespace), found)
    spawner.orm_spawner = SimpleNamespace(name="", last_activity=None, server=None)
    spawner._spawn_future = None
    return found


def test_pod_gone_after_a_restart_has_no_status(spawner: Any, cluster: Any) -> None:
    server_exits = importlib.import_module("server_exits")

    assert asyncio.run(spawner.poll()) == 1

    found = server_exits.exit_of(spawner, servers_end_with_hub=False)
    assert (found.kind, found.exit_status, found.reason) == ("server.exited", None, "")


def test_pod_of_an_older_list_still_runs(spawner: Any, cluster: Any) -> None:
    """Another API server may send a list in which the pod is not yet."""
    answers: list[Any] = [
        SimpleNamespace(metadata=SimpleNamespace(uid="9d1f")),
        ConnectionRefusedError(),
        ApiException(status=404),
    ]

    async def read(**_names: str) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    spawner.api = SimpleNamespace(read_namespaced_pod=read)
    running = ended_pod(0, "")
    running["status"] = {
        "phase": "Running",
        "podIP": "10.0.0.7",
        "containerStatuses": [{"name": "notebook", "ready": True, "state": {"running": {}}}],
    }
    cluster.pods[f"{spawner.namespace}/{spawner.pod_name}"] = running
    assert asyncio.run(spawner.poll()) is None
    cluster.pods.clear()

    assert [asyncio.run(spawner.poll()) for _ in range(3)] == [None, None, 1]


def test_pod_of_lost_node_is_stopped_by_force(
    spawner: Any, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        importlib.import_module("ending_pods"), "GRACEFUL_STOP", timedelta(seconds=0.05)
    )
    cluster.is_lost = True

    asyncio.run(spawner.stop())

    assert cluster.deleted == [False, True]


def test_server_is_not_started_again_in_place(spawner: Any) -> None:
    assert manifest(spawner)["spec"]["restartPolicy"] == "Never"


class TestPodsWithoutOwner:
    """The users are the Hub's own collection, in the little that the search reads."""

    @staticmethod
    def pod(name: str) -> Any:
        annotations = {"hub.jupyter.org/username": name}
        return SimpleNamespace(metadata=SimpleNamespace(uid=f"of-{name}", annotations=annotations))

    @staticmethod
    def users(**active: bool) -> dict[str, Any]:
        return {
            name: SimpleNamespace(spawners={"": SimpleNamespace(active=is_active)})
            for name, is_active in active.items()
        }

    @pytest.fixture
    def search(self, in_kubernetes: Config) -> Any:
        return importlib.import_module("ownerless_pods").OwnerlessPods()

    def test_pod_of_an_active_server_has_owner(self, search: Any) -> None:
        for now in (0, 60):
            assert search.find([self.pod("sara")], self.users(sara=True), now=now) == []

    def test_pod_without_owner_is_found_after_a_minute(self, search: Any) -> None:
        pods = [self.pod("sara"), self.pod("deleted")]
        users = self.users(sara=False)

        assert search.find(pods, users, now=0) == []
        assert search.find(pods, users, now=59) == []
        assert search.find(pods, users, now=60) == pods

    def test_pod_that_gets_an_owner_stays(self, search: Any) -> None:
        pods = [self.pod("sara")]
        search.find(pods, self.users(sara=False), now=0)
        search.find(pods, self.users(sara=True), now=30)

        assert search.find(pods, self.users(sara=False), now=60) == []


def test_users_pod_has_the_labels_of_the_policies(spawner: Any) -> None:
    assert USERS_SERVER.items() <= manifest(spawner)["metadata"]["labels"].items()


def test_home_has_the_size_that_the_portal_shows(spawner: Any) -> None:
    assert SETTINGS["HOME_SIZE"] == "5G"
    assert spawner.storage_capacity == "5120Mi"


def test_every_setting_of_pods_exists(spawner: HasTraits, in_kubernetes: Config) -> None:
    assert set(in_kubernetes.KubeSpawner) <= set(spawner.traits(config=True))
