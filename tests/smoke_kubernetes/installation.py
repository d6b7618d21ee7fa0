"""Shaparak on a cluster: applied from nothing into a namespace of its own, and removed completely.

installation = Installation(folder, "shaparak-smoke")
installation.build()            # images, on the nodes
installation.bring_up()         # with TLS by the edge of Compose, and a host name for each Lab
installation.portal_url         # https://portal.localhost:…, where people go
installation.hub_url            # https://hub.localhost:…, the Hub's host
installation.lab_url("sara")    # https://sara.hub.localhost:…/user/sara
installation.authority()        # the certificate of the edge's authority, PEM
installation.namespace.kubectl("get", "pods")
installation.set(SPAWN_SLOTS="4"); installation.apply()
installation.upgrade("next", "shaparak-portal")    # to images with another tag
installation.take_down()        # raises SomethingIsLeft
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jupyter_integration.testing.free_ports import free_ports
from tests.smoke.engine import CommandFailed, succeed
from tests.smoke.stack import SomethingIsLeft
from tests.smoke_kubernetes import cluster, images
from tests.smoke_kubernetes.cluster import Namespace, wait_until
from tests.smoke_kubernetes.forwarded_ports import ForwardedPorts
from tests.smoke_kubernetes.images import Image
from tests.smoke_kubernetes.overlay import write_overlay
from tests.smoke_kubernetes.secrets import create_secrets

MIGRATION_TIMEOUT = 180  # seconds
ROLLOUT_TIMEOUT = 180  # seconds
DELETION_TIMEOUT = 180.0  # seconds

PARTS = ("portal", "worker", "spawn-worker", "beat", "hub", "proxy", "edge")
AUTHORITY = "/data/caddy/pki/authorities/local"  # in the edge's pod


class ClusterIsNotFree(AssertionError):
    """No cluster answers, or it has this namespace already."""


class Installation:
    def __init__(self, folder: Path, namespace: str) -> None:
        self.portal_port, self.hub_port = free_ports(2)
        self.folder = folder
        self.namespace = Namespace(namespace)
        self.images: dict[str, Image] = {}
        # No mail server sends people in tests their links.
        self.settings = {
            "PORTAL_URL": self.portal_url,
            "HUB_URL": self.hub_url,
            "SIGNUP_OPEN": "true",
            "SIGNUP_EMAIL_DOMAINS": "example.ir",
            "EMAIL_VERIFICATION": "none",
        }
        self.hub_settings: dict[str, str] = {}
        self.ports = ForwardedPorts(
            self.namespace, "deployment/edge", self.portal_port, self.hub_port
        )
        self._is_ours = False

    @property
    def portal_url(self) -> str:
        return f"https://portal.localhost:{self.portal_port}"

    @property
    def hub_url(self) -> str:
        return f"https://hub.localhost:{self.hub_port}"

    def lab_url(self, name: str) -> str:
        """Return the address of the person's Lab, without a slash at its end."""
        return f"https://{name}.hub.localhost:{self.hub_port}/user/{name}"

    def authority(self, name: str = "root") -> bytes:
        """Return a certificate of the edge's authority, `root` or `intermediate`, as PEM."""
        path = f"{AUTHORITY}/{name}.crt"
        return self.namespace.kubectl("exec", "deployment/edge", "--", "cat", path).encode()

    # ── Life cycle ────────────────────────────────────────────────────────────────────────────────

    def build(self) -> None:
        """Build every image and bring it to the nodes. Raises ClusterIsNotFree, NoWayToTheNodes."""
        if not cluster.answers():
            raise ClusterIsNotFree("No cluster answers `kubectl get --raw /readyz`.")
        if self._namespace_exists():
            raise ClusterIsNotFree(
                f"The namespace {self.namespace.name} is on this cluster already, or was not "
                f"removed: kubectl delete namespace {self.namespace.name}"
            )
        self.images = images.build()
        images.bring_to_nodes(self.images)

    def set(self, **settings: str) -> None:
        """Change settings of the portal's parts and the Hub, for the next `apply`."""
        self.settings |= settings

    def bring_up(self) -> None:
        """Apply everything, and wait until all parts are ready."""
        self._is_ours = True
        succeed(["kubectl", "create", "namespace", self.namespace.name])
        create_secrets(self.namespace)
        self.apply()
        self.wait_until_ready()
        self.ports.open()

    def apply(self) -> None:
        """Write the overlay anew and apply it. Kubernetes replaces the parts that it changes."""
        hub_settings = {"SERVER_IMAGE": self.images["shaparak-user-server"].reference}
        write_overlay(
            self.folder,
            namespace=self.namespace.name,
            images=self.images,
            settings=self.settings,
            hub_settings=hub_settings | self.hub_settings,
            edge_settings=self._edge_settings(),
            api_versions=cluster.kinds(),
        )
        succeed(["kubectl", "apply", "--kustomize", str(self.folder)])

    def upgrade(self, tag: str, *names: str) -> None:
        """Give images another tag and apply, with the commands of docs/kubernetes.md.

        Kubernetes replaces the parts of these images while the others run.
        """
        changed = {name: images.again(self.images[name], tag) for name in names}
        images.bring_to_nodes(changed)
        self.images |= changed
        self.namespace.kubectl("delete", "job", "migrate", "--ignore-not-found")
        self.apply()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait for the migrations and for every part. Raises CommandFailed, with pods and logs."""
        try:
            self._wait_for_migrations()
            for part in PARTS:
                self.wait_for_rollout(part)
        except CommandFailed as failure:
            raise CommandFailed(f"{failure}\n{self.namespace.state()}") from None

    def _wait_for_migrations(self) -> None:
        wait = f"--timeout={MIGRATION_TIMEOUT}s"
        self.namespace.kubectl(
            "wait", "--for=condition=complete", wait, "job/migrate", max_wait=MIGRATION_TIMEOUT + 5
        )

    def wait_for_rollout(self, part: str) -> None:
        wait = f"--timeout={ROLLOUT_TIMEOUT}s"
        self.namespace.kubectl(
            "rollout", "status", f"deployment/{part}", wait, max_wait=ROLLOUT_TIMEOUT + 5
        )

    def take_down(self) -> None:
        """Remove everything, also users' pods and homes. Raises SomethingIsLeft."""
        self.ports.close()
        if not self._is_ours:
            return
        # Nobody waits for their servers' good end here.
        self.namespace.kubectl("delete", "pods", "--all", "--grace-period=1", "--wait=false")
        succeed(["kubectl", "delete", "namespace", self.namespace.name], max_wait=DELETION_TIMEOUT)
        wait_until(lambda: not self._namespace_exists(), "the namespace's removal")
        # A class may keep volumes without their claims.
        for volume in self._volumes():
            succeed(["kubectl", "delete", "persistentvolume", volume])
        if left := self._volumes():
            raise SomethingIsLeft(f"Left on this cluster: {', '.join(left)}.")

    def _namespace_exists(self) -> bool:
        found = ["kubectl", "get", "namespace", "--ignore-not-found", "--output", "name"]
        return bool(succeed([*found, self.namespace.name]).strip())

    def _volumes(self) -> list[str]:
        columns = "custom-columns=N:.metadata.name,C:.spec.claimRef.namespace"
        every = ["kubectl", "get", "persistentvolumes", "--no-headers", "--output", columns]
        rows = [line.split() for line in succeed(every).splitlines()]
        return [name for name, namespace in rows if namespace == self.namespace.name]

    def _edge_settings(self) -> Mapping[str, str]:
        # The ports without TLS are not used, and must differ from those with it.
        return {
            "PORTAL_URL": self.portal_url,
            "HUB_URL": self.hub_url,
            "PORTAL_PORT": "8080",
            "HUB_PORT": "8000",
        }


def pod_of(username: str) -> str:
    return f"jupyter-{username}"
