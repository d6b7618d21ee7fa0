"""Kustomizations: `kubectl` builds what institutions apply, for every version of Kubernetes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.kubernetes_files import COMPONENTS, VERSIONS
from tests.smoke.engine import succeed
from tests.smoke_kubernetes.overlay import BASE, relative

OF_THE_HUB = {"hub", "proxy", "proxy-api", "user-image", "hub-state", "shaparak-hub"}


def build(folder: Path, *components: str) -> list[dict[str, Any]]:
    """Return the resources of the base with these components."""
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [relative(BASE, folder)],
        "components": [relative(COMPONENTS / name, folder) for name in components],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization), encoding="utf-8")
    return list(yaml.safe_load_all(succeed(["kubectl", "kustomize", str(folder)])))


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return build(tmp_path_factory.mktemp("everything"), "postgres", "redis", "ingress")


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_built_is_valid(everything: list[dict[str, Any]], version: str) -> None:
    for each in everything:
        kubernetes_validate.validate(each, version, strict=True)


def test_component_of_the_chart_leaves_the_portal_alone(tmp_path: Path) -> None:
    left = build(tmp_path, "chart")
    names = {each["metadata"]["name"] for each in left}

    assert names & OF_THE_HUB == set()
    assert {"portal", "worker", "spawn-worker", "beat", "migrate", "shaparak"} <= names
    [settings] = [each["data"] for each in left if each["kind"] == "ConfigMap"]
    assert settings["HUB_PROXY_URL"] == "http://proxy-public"
