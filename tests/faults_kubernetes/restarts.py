"""Restarts of containers, which Kubernetes counts."""

from __future__ import annotations

from tests.smoke_kubernetes.cluster import Namespace


def restarts_of(namespace: Namespace) -> dict[str, int]:
    """Return the restarts of each pod of the Hub and the portal."""
    selector = "app.kubernetes.io/component in (hub, portal, proxy, worker, spawn-worker)"
    return {
        pod["metadata"]["name"]: sum(
            container["restartCount"] for container in pod["status"]["containerStatuses"]
        )
        for pod in namespace.get("pods", "--selector", selector)["items"]
    }
