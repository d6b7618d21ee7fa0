"""Manifests of the portal: valid, restricted, and consistent with docker-compose.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
import yaml

from portal.checks.secrets import check_secrets
from tests.test_env_example import COMPOSE, ROOT, environment_of, settings_of

FOLDER = ROOT / "deploy" / "kubernetes"
EXAMPLE = "secrets.example.yaml"
PARTS = ("migrate", "portal", "worker", "spawn-worker", "beat")

# The oldest version of Zero to JupyterHub's next chart, and the newest with a schema.
VERSIONS = ("1.32", kubernetes_validate.latest_version())

# Labels of the chart's pods, as in its templates.
HUB = {"app.kubernetes.io/name": "jupyterhub", "app.kubernetes.io/component": "hub"}
USERS_SERVER = HUB | {"app.kubernetes.io/component": "singleuser-server"}


@cache
def read(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8")))


KUSTOMIZATION = read("kustomization.yaml")[0]
MANIFESTS = [*KUSTOMIZATION["resources"], EXAMPLE]


def resources(*names: str) -> Iterator[dict[str, Any]]:
    for name in names or MANIFESTS:
        yield from read(name)


def resource(kind: str, name: str) -> dict[str, Any]:
    [found] = [
        each for each in resources() if (each["kind"], each["metadata"]["name"]) == (kind, name)
    ]
    return found


def pod(part: str) -> dict[str, Any]:
    kind = "Job" if part == "migrate" else "Deployment"
    template: dict[str, Any] = resource(kind, part)["spec"]["template"]
    return template


def containers(part: str) -> list[dict[str, Any]]:
    spec = pod(part)["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


def container(part: str) -> dict[str, Any]:
    [main] = pod(part)["spec"]["containers"]
    return dict(main)


def settings_given(one: dict[str, Any]) -> dict[str, Any]:
    """Return a container's environment variables, by name."""
    given: dict[str, Any] = {}
    for source in one["envFrom"]:
        if "configMapRef" in source:
            given |= resource("ConfigMap", source["configMapRef"]["name"])["data"]
        else:
            given |= resource("Secret", source["secretRef"]["name"])["stringData"]
    return given | {entry["name"]: entry for entry in one["env"]}


each_part = pytest.mark.parametrize("part", PARTS)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid(version: str) -> None:
    for each in resources():
        kubernetes_validate.validate(each, version, strict=True)


def test_unknown_field_is_found() -> None:
    beat = deepcopy(resource("Deployment", "beat"))
    beat["spec"]["replica"] = 1

    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate(beat, VERSIONS[-1], strict=True)


def test_every_manifest_is_applied() -> None:
    others = {"kustomization.yaml", "jupyterhub-values.yaml"}

    assert {path.name for path in FOLDER.glob("*.yaml")} - others == set(MANIFESTS)


# ── Settings ────────────────────────────────────────────────────────────────────────────────────


@each_part
def test_container_has_the_settings_of_compose(part: str) -> None:
    """Settings that Compose passes on without a value have the same default here."""
    always = {name for name, value in environment_of(part).items() if value is not None}

    for one in containers(part):
        missing = always - set(settings_given(one))
        assert missing <= ({"SHAPARAK_VAR"} if one["name"] == "wait-for-tables" else set())


@each_part
def test_every_given_setting_is_read(part: str) -> None:
    read = settings_of("portal/settings.py") | {"WEB_CONCURRENCY"}

    for one in containers(part):
        assert set(settings_given(one)) <= read


def test_common_settings_are_those_of_compose() -> None:
    here, compose = resource("ConfigMap", "shaparak")["data"], environment_of("portal")

    assert here["SHAPARAK_MODE"] == compose["SHAPARAK_MODE"]
    assert compose["ALLOWED_HOSTS"].startswith(here["ALLOWED_HOSTS"])
    assert here["TRUSTED_PROXY_COUNT"] in compose["TRUSTED_PROXY_COUNT"]
    assert here["WEB_CONCURRENCY"] in compose["WEB_CONCURRENCY"]


@each_part
def test_example_has_every_named_secret(part: str) -> None:
    for one in containers(part):
        for entry in one["env"]:
            if "valueFrom" in entry:
                key = entry["valueFrom"]["secretKeyRef"]
                assert key["key"] in resource("Secret", key["name"])["stringData"]


def test_portal_refuses_the_examples_values(settings: Any) -> None:
    values = {
        name: value for one in resources(EXAMPLE) for name, value in one["stringData"].items()
    }
    assert [name for name, value in values.items() if "replace-me" not in value] == []

    settings.SECRET_KEY = values["SECRET_KEY"]
    settings.OIDC_CLIENT_SECRET = values["OIDC_CLIENT_SECRET"]
    settings.JUPYTERHUB_API_TOKEN = values["hub.services.portal.apiToken"]

    assert {error.id for error in check_secrets()} == {
        f"shaparak.E00{number}" for number in (1, 2, 3)
    }


# ── Programs ────────────────────────────────────────────────────────────────────────────────────


def service(part: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"][part]
    return found


@each_part
def test_every_part_has_its_command_of_compose(part: str) -> None:
    assert container(part).get("command") == service(part).get("command")


@pytest.mark.parametrize("part", ["worker", "spawn-worker", "beat"])
def test_readiness_is_the_health_check_of_compose(part: str) -> None:
    check = container(part)["readinessProbe"]["exec"]["command"]

    assert ["CMD", *check] == service(part)["healthcheck"]["test"]


def test_portal_accepts_the_host_of_its_probe() -> None:
    http = container("portal")["readinessProbe"]["httpGet"]
    [host] = [header["value"] for header in http["httpHeaders"] if header["name"] == "Host"]

    assert service("portal")["healthcheck"]["test"][-1].endswith(f":8080{http['path']}")
    assert host in resource("ConfigMap", "shaparak")["data"]["ALLOWED_HOSTS"].split(",")


@each_part
def test_parts_wait_for_the_migrations(part: str) -> None:
    waits = [one["command"] for one in containers(part) if one["name"] == "wait-for-tables"]

    assert bool(waits) is (part != "migrate")
    assert all("manage.py migrate --check" in " ".join(command) for command in waits)


def test_only_one_beat_runs() -> None:
    spec = resource("Deployment", "beat")["spec"]

    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


# ── Safety ──────────────────────────────────────────────────────────────────────────────────────


@each_part
def test_container_is_read_only_without_privileges(part: str) -> None:
    for one in containers(part):
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert [mount["mountPath"] for mount in one["volumeMounts"]] == ["/tmp"]
        assert {"cpu", "memory"} <= set(one["resources"]["requests"])
        assert "memory" in one["resources"]["limits"]


@each_part
def test_pod_runs_as_the_images_user(part: str) -> None:
    spec = pod(part)["spec"]
    [user] = re.findall(r"^USER (\d+):\1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": int(user),
        "runAsGroup": int(user),
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def covers(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    return selector.get("matchLabels", {}).items() <= labels.items()


def can_reach(client: dict[str, str], part: str) -> bool:
    """Return whether the policies let a pod of the same namespace connect to the part.

    A part that no policy covers is open.
    """
    labels = pod(part)["metadata"]["labels"]
    policies = [
        each["spec"]
        for each in resources("network.yaml")
        if covers(each["spec"]["podSelector"], labels)
    ]
    return not policies or any(
        covers(source["podSelector"], client)
        for policy in policies
        for rule in policy.get("ingress", [])
        for source in rule["from"]
        if "podSelector" in source and "namespaceSelector" not in source
    )


def test_users_servers_reach_no_part() -> None:
    assert not any(can_reach(USERS_SERVER, part) for part in PARTS)


def test_hub_and_parts_reach_only_the_portal() -> None:
    callers = {part: pod(part)["metadata"]["labels"] for part in PARTS}

    assert can_reach(HUB, "portal")
    assert all(can_reach(labels, "portal") for labels in callers.values())
    assert not any(can_reach(HUB, part) for part in PARTS if part != "portal")


def test_only_workers_reach_the_hub() -> None:
    """The chart's own policies allow it by this label."""
    label = "hub.jupyter.org/network-access-hub"
    allowed = {part for part in PARTS if label in pod(part)["metadata"]["labels"]}

    assert allowed == {"worker", "spawn-worker"}


def test_service_selects_the_portal() -> None:
    spec = resource("Service", "portal")["spec"]
    [port] = container("portal")["ports"]

    assert covers({"matchLabels": spec["selector"]}, pod("portal")["metadata"]["labels"])
    assert spec["ports"] == [{"name": "http", "port": 8080, "targetPort": port["name"]}]


def test_image_is_named_in_one_place() -> None:
    used = {one["image"] for part in PARTS for one in containers(part)}

    assert (
        used == {image["name"] for image in KUSTOMIZATION["images"]} == {service("worker")["image"]}
    )
