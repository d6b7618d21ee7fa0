"""KubeSpawner that notices how a pod ended, and that does not wait for a lost node."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientError
from kubernetes_asyncio.client.exceptions import ApiException
from pod_ends import PodEnd, find_end
from pod_failures import MAX_MESSAGE, Pod
from server_exits import RecordsExit
from watched_pod import PodWatchingSpawner

# A server has one second to end itself (`delete_grace_period`). The kubelet then needs some more.
GRACEFUL_STOP = timedelta(seconds=20)
# Of a pod that has ended. Another attempt follows (ownerless_pods.py).
DELETION_OF_ENDED = timedelta(seconds=10)

NOT_FOUND = 404

UNKNOWN_STATUS = 1  # what KubeSpawner's `poll` returns for a pod that is gone


class EndingPods(RecordsExit, PodWatchingSpawner):
    _end: PodEnd | None = None

    async def get_pod_manifest(self) -> Any:
        """Return a pod that is not started again in place.

        A server that Kubernetes restarts has lost all kernels, and nobody would tell its user.
        """
        pod = await super().get_pod_manifest()
        pod.spec.restart_policy = "Never"
        return pod

    async def _start(self) -> Any:
        self._end = None
        return await super()._start()

    async def poll(self) -> int | None:
        """Return None while the server runs, and else its exit status.

        The Hub polls twice, and a pod that has ended is deleted at the first time.
        """
        if self._end is None:
            await self._start_watching_pods()
            pod = self._shown_pod()
            exists = pod is not None
            self._pod = pod or self._pod
            if self._pod is None:
                return UNKNOWN_STATUS
            if not exists and not await self._is_gone(self._pod):
                return None
            now = datetime.now(UTC)
            self._end = find_end(self._pod, self.events, exists=exists, now=now)
            if self._end is None:
                status: int | None = await super().poll()
                return status
            self._exit_status = self._end.exit_status
            self.log.warning("The pod of %s has ended: %s", self._log_name, self._end)
            if exists:
                await self._delete_ended_pod()
        known = self._end.exit_status
        return UNKNOWN_STATUS if known is None else known

    @property
    def exit_reason(self) -> tuple[str, str]:
        problem = self._end.problem if self._end else None
        return (problem.reason, problem.message[:MAX_MESSAGE]) if problem else ("", "")

    async def stop(self, now: bool = False) -> None:
        """Stop the pod, by force if its node does not answer, without marking this as requested.

        The kubelet of such a node ends the container as soon as it is back.

        KubeSpawner and `poll` call this as well, to delete a pod. A stop of the Hub's is recognised
        without the mark: on Kubernetes the Hub ends no server as it shuts down.
        """
        try:
            await asyncio.wait_for(super().stop(now=now), GRACEFUL_STOP.total_seconds())
        except TimeoutError:
            self.log.warning("The pod of %s does not end: deleted by force", self._log_name)
            await super().stop(now=True)
        finally:
            self._stop_requested = False

    async def _is_gone(self, pod: Pod) -> bool:
        """Return whether Kubernetes says that the pod is gone.

        The list of pods may be older than the last one, if another API server has sent it.
        """
        try:
            found = await asyncio.wait_for(
                self.api.read_namespaced_pod(name=self.pod_name, namespace=self.namespace),
                self.k8s_api_request_timeout,
            )
        except (ApiException, ClientError, OSError) as error:
            return getattr(error, "status", None) == NOT_FOUND
        return bool(found.metadata.uid != pod["metadata"]["uid"])

    async def _delete_ended_pod(self) -> None:
        try:
            await asyncio.wait_for(self.stop(now=True), DELETION_OF_ENDED.total_seconds())
        except (ApiException, ClientError, OSError) as error:
            self.log.warning("The pod of %s is not deleted yet: %s", self._log_name, error)
