"""Manifests of deploy/kubernetes, read as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import kubernetes_validate
import yaml

from tests.test_env_example import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
COMPONENTS = FOLDER / "components"
VALUES = COMPONENTS / "chart" / "jupyterhub-values.yaml"
EXAMPLE = "secrets.example.yaml"

# Every version that is still maintained, and older ones that institutions run.
VERSIONS = tuple(f"1.{minor}" for minor in range(28, 38))
NEWEST = VERSIONS[-1]
assert ".".join(kubernetes_validate.latest_version().split(".")[:2]) == NEWEST


@cache
def read(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8")))


KUSTOMIZATION = read("kustomization.yaml")[0]
BASE = [*KUSTOMIZATION["resources"], EXAMPLE]
OF_COMPONENTS = [
    f"components/{path.parent.name}/{name}"
    for path in sorted(COMPONENTS.glob("*/kustomization.yaml"))
    for name in yaml.safe_load(path.read_text(encoding="utf-8")).get("resources", [])
]
MANIFESTS = [*BASE, *OF_COMPONENTS]


def resources(*names: str) -> Iterator[dict[str, Any]]:
    for name in names or MANIFESTS:
        yield from read(name)


def resource(kind: str, name: str) -> dict[str, Any]:
    [found] = [
        each for each in resources() if (each["kind"], each["metadata"]["name"]) == (kind, name)
    ]
    return found


def workloads() -> dict[str, dict[str, Any]]:
    """Return the template of every pod, by the name of its Deployment, Job and so on."""
    return {
        each["metadata"]["name"]: each["spec"]["template"]
        for each in resources()
        if "template" in each.get("spec", {})
    }


def pod(part: str) -> dict[str, Any]:
    return workloads()[part]


def containers(part: str) -> list[dict[str, Any]]:
    spec = pod(part)["spec"]
    return [*spec.get("initContainers", []), *spec["containers"]]


def container(part: str) -> dict[str, Any]:
    [main] = pod(part)["spec"]["containers"]
    return dict(main)


def covers(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Return whether a label selector of Kubernetes matches the labels."""
    matches = selector.get("matchLabels", {}).items() <= labels.items()
    return matches and all(
        expression["operator"] == "In" and labels.get(expression["key"]) in expression["values"]
        for expression in selector.get("matchExpressions", [])
    )
