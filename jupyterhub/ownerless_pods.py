"""Pods of users' servers that the Hub does not know, found and deleted.

A Hub that ends in the middle of a start can leave one: its request may reach Kubernetes after the
next Hub has read which pods there are.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientError
from kubernetes_asyncio.client import V1DeleteOptions, V1Preconditions
from kubernetes_asyncio.client.exceptions import ApiException
from kubespawner.clients import load_config, shared_client
from proxy_checks import CheckingProxy

SELECTOR = "org.shaparak.part=user-server"  # of pods.py
OWNER = "hub.jupyter.org/username"  # annotation of KubeSpawner
NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")  # as KubeSpawner
SEARCH_INTERVAL = timedelta(seconds=30)
# Longer than a stop takes: until then the pod may be one that the Hub itself is deleting.
MIN_AGE = timedelta(seconds=60)


class OwnerlessPods:
    def __init__(self) -> None:
        self._since: dict[str, float] = {}  # when each was first seen without owner, by uid

    def find(self, pods: Iterable[Any], users: Any, *, now: float) -> list[Any]:
        """Return the pods that have been without owner for MIN_AGE. `now` is in seconds."""
        ownerless = {pod.metadata.uid: pod for pod in pods if not _has_owner(pod, users)}
        self._since = {uid: self._since.get(uid, now) for uid in ownerless}
        return [
            ownerless[uid]
            for uid, since in self._since.items()
            if now - since >= MIN_AGE.total_seconds()
        ]


class PodCheckingProxy(CheckingProxy):
    """Proxy client that also looks for pods: its check begins once the Hub knows its servers."""

    _ownerless: OwnerlessPods | None = None
    _searched_at = 0.0

    async def _check(self) -> None:
        await super()._check()
        await self._delete_ownerless_pods()

    async def _delete_ownerless_pods(self) -> None:
        now = time.monotonic()
        if now - self._searched_at < SEARCH_INTERVAL.total_seconds():
            return
        self._searched_at = now
        self._ownerless = self._ownerless or OwnerlessPods()
        namespace = NAMESPACE.read_text(encoding="ascii").strip()
        load_config()
        api = shared_client("CoreV1Api")
        try:
            pods = await api.list_namespaced_pod(
                namespace, label_selector=SELECTOR, _request_timeout=5
            )
            for pod in self._ownerless.find(pods.items, self.app.users, now=now):
                self.log.warning("Deleting the pod %s: it has no owner", pod.metadata.name)
                exactly_it = V1Preconditions(uid=pod.metadata.uid)
                await api.delete_namespaced_pod(
                    pod.metadata.name,
                    namespace,
                    body=V1DeleteOptions(preconditions=exactly_it, grace_period_seconds=0),
                    _request_timeout=5,
                )
        except (ApiException, ClientError, OSError) as error:
            self.log.warning("Pods without owner are not searched: %s", error)


def _has_owner(pod: Any, users: Any) -> bool:
    """Return whether the Hub starts, runs, stops or still checks a server of the pod's user."""
    user = users.get((pod.metadata.annotations or {}).get(OWNER, ""))
    return user is not None and any(spawner.active for spawner in user.spawners.values())
