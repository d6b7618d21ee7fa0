"""The Hub on Kubernetes: configured as in Compose, with pods as restricted as containers.

This file repeats how the chart makes settings of values.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
from types import SimpleNamespace
from typing import Any

import kubernetes_validate
import pytest
import yaml
from traitlets import HasTraits
from traitlets.config import Config, PyFileConfigLoader

from tests.test_env_example import ROOT
from tests.test_kubernetes_manifests import EXAMPLE, FOLDER, VERSIONS, resource, resources

HUB_FOLDER = ROOT / "jupyterhub"
SETTINGS: dict[str, str] = resource("ConfigMap", "shaparak")["data"]
SECRETS = {
    "JUPYTERHUB_API_TOKEN": "tests-only-token-of-the-portal",
    "OIDC_CLIENT_SECRET": "tests-only-client-secret",
    "WEBHOOK_SECRET": "whsec_dGVzdHMgb25seTogc2VjcmV0IG9mIHdlYmhvb2tz",
    "JUPYTERHUB_CRYPT_KEY": "ab" * 32,
}
OF_THE_CHART = {"CONFIGPROXY_AUTH_TOKEN": "tests-only-proxy-token"}

# Settings that the chart makes of values outside of hub.config.
VALUES_OF_THE_CHART = {
    "allowNamedServers": ("JupyterHub", "allow_named_servers"),
    "concurrentSpawnLimit": ("JupyterHub", "concurrent_spawn_limit"),
    "activeServerLimit": ("JupyterHub", "active_server_limit"),
    "authenticatePrometheus": ("JupyterHub", "authenticate_prometheus"),
    "consecutiveFailureLimit": ("Spawner", "consecutive_failure_limit"),
}
# Settings that differ between Compose and Kubernetes.
DIFFERENT = {
    ("JupyterHub", name)
    for name in (
        "bind_url",
        "hub_bind_url",
        "hub_connect_url",
        "db_url",
        "upgrade_db",
        "cookie_secret_file",
        "cleanup_servers",  # false in the chart
        "spawner_class",
        "template_paths",
        "services",
        "load_roles",
    )
}


@pytest.fixture
def values() -> dict[str, Any]:
    text = (FOLDER / "jupyterhub-values.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


@pytest.fixture
def environment(values: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Set exactly the environment of the Hub's pod, with made-up secrets."""
    monkeypatch.syspath_prepend(str(HUB_FOLDER))
    for name in os.environ:
        monkeypatch.delenv(name)
    for name, value in values["hub"]["extraEnv"].items():
        monkeypatch.setenv(name, value if isinstance(value, str) else SECRETS[name])
    for name, value in OF_THE_CHART.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def in_kubernetes(environment: None, values: dict[str, Any]) -> Config:
    hub, singleuser = values["hub"], values["singleuser"]
    c = Config()
    for value, (section, name) in VALUES_OF_THE_CHART.items():
        c[section][name] = hub[value]
    c.Spawner.default_url = singleuser["defaultUrl"]
    c.Spawner.cmd = singleuser["cmd"]
    c.KubeSpawner.image = ":".join(singleuser["image"].values())
    c.KubeSpawner.uid, c.KubeSpawner.fs_gid = singleuser["uid"], singleuser["fsGid"]
    c.KubeSpawner.allow_privilege_escalation = singleuser["allowPrivilegeEscalation"]
    c.KubeSpawner.mem_limit = singleuser["memory"]["limit"]
    c.KubeSpawner.cpu_limit = singleuser["cpu"]["limit"]
    c.KubeSpawner.extra_resource_limits = singleuser["extraResource"]["limits"]
    c.KubeSpawner.extra_labels = singleuser["extraLabels"]
    for section, settings in hub["config"].items():
        c[section].update(settings)
    [program] = hub["extraConfig"].values()
    exec(program.replace("/opt/shaparak/jupyterhub", str(HUB_FOLDER)), {"c": c})
    return c


@pytest.fixture
def in_compose(environment: None, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("HUB_DATABASE_PASSWORD", "tests-only")
    for name in ("SPAWN_SLOTS", "IDLE_TIMEOUT", "SERVER_MAX_AGE"):
        monkeypatch.setenv(name, SETTINGS[name])
    loaded: Config = PyFileConfigLoader("jupyterhub_config.py", path=str(HUB_FOLDER)).load_config()
    return loaded


def flat(c: Config) -> dict[tuple[str, str], Any]:
    return {
        (section, name): comparable(value)
        for section, settings in c.items()
        for name, value in settings.items()
    }


def comparable(value: Any) -> Any:
    """Return a class for its dotted name, and names for functions and objects."""
    if isinstance(value, str) and value.startswith("portal_authenticator."):
        module, name = value.rsplit(".", 1)
        return getattr(importlib.import_module(module), name)
    if callable(value) and not isinstance(value, type):
        return value.__qualname__
    if isinstance(value, list):
        return [type(each).__name__ if hasattr(each, "emit") else each for each in value]
    return value


def test_hub_is_configured_as_in_compose(in_kubernetes: Config, in_compose: Config) -> None:
    here = flat(in_kubernetes)
    there = {
        key: value
        for key, value in flat(in_compose).items()
        if key not in DIFFERENT
        and key[0] not in {"DockerSpawner", "ConfigurableHTTPProxy", "CryptKeeper"}
    }

    assert len(there) > 30
    assert {key: here.get(key) for key in there} == there


def test_roles_have_the_scopes_of_compose(values: dict[str, Any], in_compose: Config) -> None:
    roles = {role.pop("name"): role for role in in_compose.JupyterHub.load_roles}
    del roles["idle-culler"]  # the chart's culler brings the same

    assert values["hub"]["loadRoles"] == roles


def test_portal_is_the_only_service(
    values: dict[str, Any],
) -> None:
    names = {key for one in resources(EXAMPLE) for key in one["stringData"]}

    assert values["hub"]["services"] == {"portal": {}}
    assert "hub.services.portal.apiToken" in names
    assert values["hub"]["existingSecret"] == "shaparak-hub"


def test_example_has_every_secret_of_the_hub(values: dict[str, Any]) -> None:
    named = [one for one in values["hub"]["extraEnv"].values() if not isinstance(one, str)]

    assert len(named) == len(SECRETS)
    for one in named:
        key = one["valueFrom"]["secretKeyRef"]
        assert key["key"] in resource("Secret", key["name"])["stringData"]


def test_idle_servers_are_stopped_as_in_compose(values: dict[str, Any], in_compose: Config) -> None:
    command = in_compose.JupyterHub.services[1]["command"]
    cull = values["cull"]

    assert f"--timeout={cull['timeout']}" in command
    assert f"--max-age={cull['maxAge']}" in command
    assert f"--cull-every={cull['every']}" in command
    assert values["hub"]["extraEnv"]["IDLE_TIMEOUT"] == str(cull["timeout"])
    assert (cull["enabled"], cull["users"]) == (True, False)


def test_portal_and_hub_have_the_same_addresses(values: dict[str, Any]) -> None:
    given = values["hub"]["extraEnv"]
    host, labs = values["ingress"]["hosts"]

    assert (given["PORTAL_URL"], given["HUB_URL"]) == (SETTINGS["PORTAL_URL"], SETTINGS["HUB_URL"])
    assert given["HUB_URL"] == f"https://{host}"
    assert labs == f"*.{host}"
    assert values["ingress"]["tls"][0]["hosts"] == [host, labs]


def test_labs_have_host_names_of_their_own(values: dict[str, Any], in_kubernetes: Config) -> None:
    assert in_kubernetes.JupyterHub.subdomain_host == SETTINGS["HUB_URL"]
    assert values["hub"]["extraEnv"]["LAB_SUBDOMAINS"] == SETTINGS["LAB_SUBDOMAINS"] == "true"
    assert "--host-routing" in values["proxy"]["chp"]["extraCommandLineFlags"]


def test_paths_are_those_of_the_images(values: dict[str, Any]) -> None:
    hub = values["hub"]
    image = (HUB_FOLDER / "Dockerfile").read_text(encoding="utf-8")
    users_image = (HUB_FOLDER / "Dockerfile.singleuser").read_text(encoding="utf-8")

    assert f"COPY jupyterhub/templates {hub['templatePaths'][0]}\n" in image
    assert "COPY jupyterhub/*.py /opt/shaparak/jupyterhub/\n" in image
    assert f"USER {hub['containerSecurityContext']['runAsUser']}:" in image
    assert f"CMD {json.dumps(values['singleuser']['cmd'])}\n" in users_image
    assert f"USER {values['singleuser']['uid']}:" in users_image


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


def test_spawner_has_every_setting(spawner: HasTraits, values: dict[str, Any]) -> None:
    config = values["hub"]["config"]

    assert set(config["KubeSpawner"]) | set(config["Spawner"]) <= set(spawner.traits(config=True))


def test_users_pod_has_minimal_privileges(spawner: Any) -> None:
    made = manifest(spawner)
    [lab] = made["spec"]["containers"]

    kubernetes_validate.validate(made, VERSIONS[-1], strict=True)
    assert made["spec"]["securityContext"] == {
        "fsGroup": 1000,
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert lab["securityContext"] == {
        "runAsUser": 1000,
        "runAsGroup": 1000,
        "allowPrivilegeEscalation": False,
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


def test_homes_have_the_limit_that_the_portal_shows(values: dict[str, Any]) -> None:
    assert values["singleuser"]["storage"]["capacity"] == f"{SETTINGS['HOME_SIZE']}i" == "5Gi"


def test_users_pod_has_limit_of_node_disk(spawner: Any) -> None:
    """Its log and what it writes outside of its home."""
    [lab] = manifest(spawner)["spec"]["containers"]

    assert lab["resources"]["limits"]["ephemeral-storage"] == "2Gi"


def test_users_servers_reach_no_private_address(values: dict[str, Any]) -> None:
    policy = values["singleuser"]["networkPolicy"]

    assert policy["enabled"] is True
    assert policy["egressAllowRules"]["privateIPs"] is False
    assert policy["egressAllowRules"]["cloudMetadataServer"] is False
    assert not policy.get("egress")


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
