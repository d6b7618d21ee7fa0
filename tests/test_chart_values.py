"""Values of Zero to JupyterHub: its Hub is configured as ours in Compose.

This file repeats how the chart makes settings of values.
"""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
import yaml
from traitlets.config import Config

from tests.hub_settings import (
    HUB_FOLDER,
    SECRETS,
    SETTINGS,
    flat,
    load_config_of_compose,
    set_environment,
    shared_settings,
)
from tests.kubernetes_files import EXAMPLE, VALUES, resource, resources, workloads

# Settings that the chart makes of values outside of hub.config.
VALUES_OF_THE_CHART = {
    "allowNamedServers": ("JupyterHub", "allow_named_servers"),
    "concurrentSpawnLimit": ("JupyterHub", "concurrent_spawn_limit"),
    "activeServerLimit": ("JupyterHub", "active_server_limit"),
    "authenticatePrometheus": ("JupyterHub", "authenticate_prometheus"),
    "consecutiveFailureLimit": ("Spawner", "consecutive_failure_limit"),
}
# Settings that the chart makes itself, or that the tests below compare.
OF_THE_CHART = {
    ("JupyterHub", name)
    for name in (
        "bind_url",
        "upgrade_db",
        "cleanup_servers",  # false in the chart
        "template_paths",
        "services",
        "load_roles",
    )
}


@pytest.fixture
def values() -> dict[str, Any]:
    text = VALUES.read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


@pytest.fixture
def environment(values: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Set exactly the environment of the Hub's pod, with made-up secrets."""
    given = {
        name: value if isinstance(value, str) else SECRETS[name]
        for name, value in values["hub"]["extraEnv"].items()
    }
    given["CONFIGPROXY_AUTH_TOKEN"] = SECRETS["CONFIGPROXY_AUTH_TOKEN"]  # the chart makes it
    set_environment(given, monkeypatch)


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
    return load_config_of_compose(monkeypatch)


def test_charts_hub_is_configured_as_in_compose(in_kubernetes: Config, in_compose: Config) -> None:
    here = flat(in_kubernetes)
    there = {
        key: value
        for key, value in shared_settings(in_compose).items()
        if key not in OF_THE_CHART and key[0] != "ConfigurableHTTPProxy"
    }

    assert {key: here.get(key) for key in there} == there


def test_charts_hub_deletes_pods_without_owner(in_kubernetes: Config) -> None:
    [module, name] = in_kubernetes.JupyterHub.proxy_class.split(".")

    proxy_class = getattr(importlib.import_module(module), name)

    assert hasattr(proxy_class, "_delete_ownerless_pods")


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

    assert len(named) == 4
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


def test_spawner_has_every_setting(in_kubernetes: Config, values: dict[str, Any]) -> None:
    spawner = importlib.import_module("kubernetes_spawner").KubernetesSpawner
    config = values["hub"]["config"]

    assert set(config["KubeSpawner"]) | set(config["Spawner"]) <= set(
        spawner.class_trait_names(config=True)
    )


def test_users_server_has_the_limits_of_compose(in_kubernetes: Config, in_compose: Config) -> None:
    here, there = in_kubernetes.KubeSpawner, in_compose.DockerSpawner

    assert here.mem_limit.replace("G", "") == str(there.mem_limit // 1024**3)
    assert here.cpu_limit == there.cpu_limit


def test_homes_have_the_limit_that_the_portal_shows(values: dict[str, Any]) -> None:
    assert values["singleuser"]["storage"]["capacity"] == f"{SETTINGS['HOME_SIZE']}i" == "5Gi"


def test_home_outlives_its_user_on_the_hub(values: dict[str, Any]) -> None:
    assert values["hub"]["config"]["KubeSpawner"]["delete_pvc"] is False


def test_users_servers_reach_no_private_address(values: dict[str, Any]) -> None:
    policy = values["singleuser"]["networkPolicy"]

    assert policy["enabled"] is True
    assert policy["egressAllowRules"]["privateIPs"] is False
    assert policy["egressAllowRules"]["cloudMetadataServer"] is False
    assert not policy.get("egress")


def test_workers_may_reach_the_charts_hub() -> None:
    """The chart's own policies allow it by this label."""
    allowed = {
        part
        for part, template in workloads().items()
        if "hub.jupyter.org/network-access-hub" in template["metadata"]["labels"]
    }

    assert allowed == {"worker", "spawn-worker"}
