"""Manifests: valid, and consistent with docker-compose.yml and the Hub's settings."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import kubernetes_validate
import pytest
import yaml

from portal.checks.secrets import check_secrets
from tests.kubernetes_files import (
    COMPONENTS,
    EXAMPLE,
    FOLDER,
    KUSTOMIZATION,
    MANIFESTS,
    NEWEST,
    VERSIONS,
    container,
    containers,
    covers,
    pod,
    resource,
    resources,
    workloads,
)
from tests.test_env_example import COMPOSE, environment_of, settings_of

PARTS = ("migrate", "portal", "worker", "spawn-worker", "beat")


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
        kubernetes_validate.validate(beat, NEWEST, strict=True)


def test_every_manifest_is_applied() -> None:
    others = {"kustomization.yaml", "jupyterhub-values.yaml"}
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.yaml")}

    assert {name for name in files if name.split("/")[-1] not in others} == set(MANIFESTS)


def test_removing_component_names_every_resource_of_the_hub() -> None:
    """The chart replaces our Hub and proxy; everything of theirs has this label."""
    [remove, _] = yaml.safe_load((COMPONENTS / "chart" / "kustomization.yaml").read_text())[
        "patches"
    ]
    name, value = remove["target"]["labelSelector"].split("=")
    files = ("hub.yaml", "proxy.yaml", "user-image.yaml")

    assert {each["metadata"]["labels"][name] for each in resources(*files)} == {value}


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
    assert all(command[1:] == ["manage.py", "wait_for_database", "--migrated"] for command in waits)


def test_only_one_beat_runs() -> None:
    spec = resource("Deployment", "beat")["spec"]

    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


# ── Parts ───────────────────────────────────────────────────────────────────────────────────────


def test_every_service_has_its_pods_port() -> None:
    services = {"portal": "portal", "hub": "hub", "proxy": "proxy", "proxy-api": "proxy"}
    services |= {"postgres": "postgres", "redis": "redis"}

    for service, part in services.items():
        spec = resource("Service", service)["spec"]
        ports = {port["name"]: port["containerPort"] for port in container(part)["ports"]}
        [given] = spec["ports"]
        assert covers({"matchLabels": spec["selector"]}, pod(part)["metadata"]["labels"])
        assert ports[given["targetPort"]] == given["port"]


def test_every_budget_leaves_one_of_two_pods() -> None:
    """A budget of a part with one pod would block the draining of nodes."""
    budgets = list(resources("disruptions.yaml"))

    assert {each["metadata"]["name"] for each in budgets} == {"portal", "worker", "spawn-worker"}
    for each in budgets:
        deployment = resource("Deployment", each["metadata"]["name"])
        autoscaled = deployment["metadata"]["name"] == "portal"
        assert autoscaled or deployment["spec"]["replicas"] == 2
        assert covers(
            each["spec"]["selector"], deployment["spec"]["template"]["metadata"]["labels"]
        )
        # Else no worker could be evicted while beat, whose node is drained as well, moves.
        assert each["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    assert resource("HorizontalPodAutoscaler", "portal")["spec"]["minReplicas"] == 2


@pytest.mark.parametrize("part", ["portal", "worker", "spawn-worker"])
def test_pods_of_a_part_are_on_different_nodes(part: str) -> None:
    [constraint] = pod(part)["spec"]["topologySpreadConstraints"]

    assert constraint["topologyKey"] == "kubernetes.io/hostname"
    assert covers(constraint["labelSelector"], pod(part)["metadata"]["labels"])


def test_ingress_of_labs_does_not_limit_uploads() -> None:
    """By default ingress-nginx refuses more than 1 MB, and closes silent websockets."""
    prefix = "nginx.ingress.kubernetes.io/"
    annotations = resource("Ingress", "hub")["metadata"]["annotations"]

    assert annotations[f"{prefix}proxy-body-size"] == "0"
    assert int(annotations[f"{prefix}proxy-read-timeout"]) >= 3600


def test_only_one_hub_and_one_proxy_run() -> None:
    for part in ("hub", "proxy"):
        spec = resource("Deployment", part)["spec"]
        assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_every_image_has_a_tag_in_the_kustomization() -> None:
    used = {one["image"] for part in workloads() for one in containers(part)}
    tagged = {image["name"] for image in KUSTOMIZATION["images"]}

    assert used - {"postgres", "redis"} == tagged
    assert all(image["newTag"] for image in KUSTOMIZATION["images"])


def test_kubelet_leaves_the_databases_files_private() -> None:
    """By default it gives the volume's group write access; PostgreSQL then refuses to start."""
    context = resource("StatefulSet", "postgres")["spec"]["template"]["spec"]["securityContext"]

    assert context["fsGroupChangePolicy"] == "OnRootMismatch"


@pytest.mark.parametrize("part", ["hub", "proxy", "postgres", "redis"])
def test_slow_answers_do_not_remove_the_only_pod(part: str) -> None:
    [one] = pod(part)["spec"]["containers"]
    probes = [one[name] for name in ("readinessProbe", "livenessProbe") if name in one]

    assert all(probe["timeoutSeconds"] >= 10 for probe in probes)
    assert one["readinessProbe"]["failureThreshold"] >= 10
