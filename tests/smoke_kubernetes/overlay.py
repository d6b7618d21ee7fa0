"""Overlay on deploy/kubernetes for a run, as an institution would write one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.smoke.engine import REPOSITORY
from tests.smoke_kubernetes.images import Image

BASE = REPOSITORY / "deploy" / "kubernetes"
EDGE = REPOSITORY / "deploy" / "edge"
REGISTRY = "registry.example.org/"  # in the base's kustomization


def write_overlay(
    folder: Path,
    *,
    namespace: str,
    images: Mapping[str, Image],
    settings: Mapping[str, str],
    hub_settings: Mapping[str, str],
    edge_settings: Mapping[str, str],
    api_versions: set[str],
) -> None:
    """Write the overlay into a folder. `api_versions` are those that the cluster serves."""
    _copy_edge(folder)
    patches = [
        _patch("ConfigMap", "shaparak", _values(settings)),
        _patch("ConfigMap", "shaparak-hub", _values(hub_settings)),
    ]
    patches += [_small_request(kind, "containers") for kind in ("Deployment", "StatefulSet", "Job")]
    patches += [
        _small_request(kind, "initContainers", name=OF_THE_PORTAL) for kind in ("Deployment", "Job")
    ]
    if "policy/v1" not in api_versions:  # Kubernetes 1.20 has the beta only
        changes = [
            {"op": "replace", "path": "/apiVersion", "value": "policy/v1beta1"},
            {"op": "remove", "path": "/spec/unhealthyPodEvictionPolicy"},
        ]
        patches.append(_patch("PodDisruptionBudget", ".*", changes))
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": namespace,
        "resources": [relative(BASE, folder), "edge.yaml"],
        "components": [relative(BASE / "components" / name, folder) for name in COMPONENTS],
        "configMapGenerator": [
            {"name": "edge-files", "files": ["Caddyfile", "start.sh"]},
            {"name": "edge", "literals": [f"{key}={it}" for key, it in edge_settings.items()]},
        ],
        "images": [_image(name, image) for name, image in images.items()],
        "patches": patches,
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(kustomization), encoding="utf-8")


COMPONENTS = ("postgres", "redis")
OF_THE_PORTAL = "(portal|worker|spawn-worker|beat|migrate)"


def _copy_edge(folder: Path) -> None:
    for path in (EDGE / "Caddyfile", EDGE / "start.sh", Path(__file__).with_name("edge.yaml")):
        shutil.copy(path, folder)


def relative(path: Path, folder: Path) -> str:
    """Return the path of a base or component as a kustomization in `folder` has to name it."""
    return os.path.relpath(path.resolve(), folder.resolve())


def _image(name: str, image: Image) -> dict[str, str]:
    ours = name.startswith("shaparak-")
    return {
        "name": REGISTRY + name if ours else name,
        "newName": image.name,
        "newTag": image.tag,
    }


def _values(settings: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return operations of JSON Patch; `add` also replaces a value that is there."""
    return [
        {"op": "add", "path": f"/data/{name}", "value": value} for name, value in settings.items()
    ]


def _patch(kind: str, name: str, operations: list[dict[str, Any]]) -> dict[str, Any]:
    target = {"kind": kind, "name": name}
    return {"target": target, "patch": yaml.safe_dump(operations)}


def _small_request(kind: str, containers: str, *, name: str = ".*") -> dict[str, Any]:
    """Return a patch that lets all parts run on a small machine, beside what runs there."""
    path = f"/spec/template/spec/{containers}/0/resources/requests/cpu"
    return _patch(kind, name, [{"op": "replace", "path": path, "value": "10m"}])
