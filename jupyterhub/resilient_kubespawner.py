"""KubeSpawner that continues when the API server of Kubernetes was away for some time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import Any
from uuid import uuid4

from aiohttp import ClientError
from jupyterhub.utils import exponential_backoff
from kubernetes_asyncio.client.exceptions import ApiException
from kubespawner import KubeSpawner
from patient_reflectors import PATIENT, is_away
from traitlets import default

START_ANNOTATION = "shaparak.org/start"


class ResilientKubeSpawner(KubeSpawner):
    _start_id = ""
    _creation: asyncio.Future[bool] | None = None
    _last_api_error = ""

    @default("k8s_api_request_retry_timeout")
    def _default_retry_timeout(self) -> int:
        return 120  # seconds: an upgrade of the API server; KubeSpawner waits for 30

    async def get_pod_manifest(self) -> Any:
        pod = await super().get_pod_manifest()
        annotations = pod.metadata.annotations or {}
        pod.metadata.annotations = {**annotations, START_ANNOTATION: self._start_id}
        return pod

    def is_of_this_start(self, pod: dict[str, Any]) -> bool:
        annotations = pod["metadata"].get("annotations") or {}
        return bool(annotations.get(START_ANNOTATION) == self._start_id)

    async def _start(self) -> Any:
        self._start_id = uuid4().hex
        self._creation = None
        return await super()._start()

    async def _make_create_pod_request(self, pod: Any, request_timeout: float) -> bool:
        """Create the pod, unless an earlier request did: its answer may have been lost.

        A cancelled start lets the request end, so that it knows whether there is a pod to delete.
        """
        if self._creation is not None and await self.pod_exists():
            return True
        self._creation = asyncio.ensure_future(
            self._answered(super()._make_create_pod_request(pod, request_timeout))
        )
        return await asyncio.shield(self._creation)

    async def _make_create_pvc_request(self, pvc: Any, request_timeout: float) -> bool:
        return await self._answered(super()._make_create_pvc_request(pvc, request_timeout))

    async def _make_delete_pod_request(
        self, pod_name: str, delete_options: Any, grace_seconds: int, request_timeout: float
    ) -> bool:
        return await self._answered(
            super()._make_delete_pod_request(
                pod_name, delete_options, grace_seconds, request_timeout
            )
        )

    async def pod_exists(self) -> bool | None:
        """Return whether Kubernetes has the pod of this start; None if it does not answer."""
        try:
            pod = await asyncio.wait_for(
                self.api.read_namespaced_pod(name=self.pod_name, namespace=self.namespace),
                self.k8s_api_request_timeout,
            )
        except (ApiException, ClientError, OSError) as error:
            return False if getattr(error, "status", None) == 404 else None
        annotations = pod.metadata.annotations or {}
        return bool(annotations.get(START_ANNOTATION) == self._start_id)

    async def _answered(self, request: Awaitable[bool]) -> bool:
        """Return what `request` returns, and False, to send it again, if it was not answered."""
        try:
            return await request
        except (ApiException, ClientError, OSError) as error:
            if not is_away(error):
                raise
            self._last_api_error = str(error)
            self.log.warning("The API server of Kubernetes is away: %s", error)
            return False

    async def _start_reflector(
        self, kind: str, reflector_class: Any, replace: bool = False, **kwargs: Any
    ) -> Any:
        """Start the reflector, and replace one that gave up: its permissions were missing."""
        key = self._get_reflector_key(kind)
        former = self.reflectors.get(key)
        if former is not None and former.watch_task is not None and former.watch_task.done():
            replace = True
        start = partial(
            self._try_to_start_reflector,
            kind,
            PATIENT.get(reflector_class, reflector_class),
            replace=replace,
            **kwargs,
        )
        loading = exponential_backoff(
            start, f"Could not watch {kind}.", timeout=self.k8s_api_request_retry_timeout
        )
        # All starts wait for the same reflector: one that is cancelled must not cancel it.
        return await asyncio.shield(asyncio.ensure_future(loading))

    async def _try_to_start_reflector(
        self, kind: str, reflector_class: Any, *, replace: bool, **kwargs: Any
    ) -> Any:
        """Return the reflector, and None while the API server is away.

        If there is a former one, return that: without it, every server would seem to be gone.
        """
        key = self._get_reflector_key(kind)
        former = self.reflectors.get(key)
        try:
            return await super()._start_reflector(kind, reflector_class, replace=replace, **kwargs)
        except (ApiException, ClientError, OSError) as error:
            if self.reflectors.get(key) is not former:
                if former is None:
                    del self.reflectors[key]
                else:
                    self.reflectors[key] = former
            if not is_away(error):
                raise
            self._last_api_error = str(error)
            self.log.warning("The API server of Kubernetes is away: %s", error)
            return former
