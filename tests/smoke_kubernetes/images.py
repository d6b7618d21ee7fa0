"""Images of the run: built by Docker, and brought to the cluster's nodes.

One of these settings says how:

    CLUSTER_LOAD       a command that takes names of images, such as `kind load docker-image`
    CLUSTER_REGISTRY   a registry to push to, such as registry.example.ir/trial
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

from tests.smoke.engine import docker, succeed
from tests.smoke.stack import MIRRORS

BUILD_TIMEOUT = 360.0  # seconds, of one image
LOAD_TIMEOUT = 300.0  # seconds, of all images

# Arguments of `docker build` for each image of ours.
BUILDS = {
    "shaparak-portal": (".",),
    "shaparak-jupyterhub": (".", "--file=jupyterhub/Dockerfile", "--build-arg=SPAWNER=kubernetes"),
    "shaparak-proxy": (".", "--file=deploy/containers/Dockerfile.proxy"),
    "shaparak-user-server": (".", "--file=jupyterhub/Dockerfile.singleuser"),
    "shaparak-tiny-server": (
        "tests/smoke_kubernetes/tiny_server",
        f"--build-arg=JUPYTERHUB_VERSION={version('jupyterhub')}",
    ),
}
# Images of others, as Compose uses them.
OTHERS = {
    "postgres": os.environ.get("POSTGRES_IMAGE", "postgres:17"),
    "redis": os.environ.get("REDIS_IMAGE", "redis:7-alpine"),
    "caddy": os.environ.get("CADDY_IMAGE", "caddy:2"),
}


class NoWayToTheNodes(AssertionError):
    """Neither CLUSTER_LOAD nor CLUSTER_REGISTRY is set."""


@dataclass(frozen=True, slots=True)
class Image:
    name: str  # as the nodes know it, without the tag
    tag: str

    @property
    def reference(self) -> str:
        return f"{self.name}:{self.tag}"


def build() -> dict[str, Image]:
    """Build every image of ours. Return all images by the names that the manifests have.

    The tag is that of the content, so that no node uses an older image.
    """
    images = {}
    for name, arguments in BUILDS.items():
        mirrors = [f"--build-arg={key}={value}" for key, value in _mirrors().items()]
        identity = docker("build", "--quiet", *arguments, *mirrors, max_wait=BUILD_TIMEOUT)
        images[name] = Image(_prefix() + name, identity.splitlines()[-1].split(":")[1][:12])
        docker("tag", identity.splitlines()[-1], images[name].reference)
    for name, reference in OTHERS.items():
        full = os.environ.get("IMAGE_PREFIX", "") + reference
        images[name] = Image(*full.rsplit(":", 1))
    return images


def bring_to_nodes(images: Mapping[str, Image]) -> None:
    """Load these images, or push those that are ours. Raises NoWayToTheNodes."""
    if load := os.environ.get("CLUSTER_LOAD"):
        succeed(
            [*shlex.split(load), *(image.reference for image in images.values())],
            max_wait=LOAD_TIMEOUT,
        )
    elif os.environ.get("CLUSTER_REGISTRY"):
        for name in BUILDS.keys() & images.keys():
            docker("push", "--quiet", images[name].reference, max_wait=LOAD_TIMEOUT)
    else:
        raise NoWayToTheNodes(
            "Set CLUSTER_LOAD or CLUSTER_REGISTRY: how do images get to the nodes? "
            "docs/kubernetes.md has examples."
        )


def again(image: Image, tag: str) -> Image:
    """Return the same image under another tag, as the next version for an upgrade."""
    other = Image(image.name, tag)
    docker("tag", image.reference, other.reference)
    return other


def _prefix() -> str:
    registry = os.environ.get("CLUSTER_REGISTRY", "")
    return f"{registry.rstrip('/')}/" if registry else ""


def _mirrors() -> dict[str, str]:
    return {name: os.environ[name] for name in MIRRORS if os.environ.get(name)}
