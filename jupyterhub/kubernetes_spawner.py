"""Spawner that runs each user's server in a pod, and fails a start whose pod cannot come up."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

from aiohttp import ClientError
from ending_pods import EndingPods
from jupyterhub.spawner import SpawnException
from jupyterhub.utils import url_path_join
from kubernetes_asyncio.client.exceptions import ApiException
from patient_reflectors import is_away, is_hub_ending
from pod_failures import Problem, Wait, has_running_container
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from traitlets import Integer
from watched_pod import CHECK_INTERVAL

GRACEFUL_REMOVAL = timedelta(seconds=8)
FORCED_REMOVAL = timedelta(seconds=4)
# The pod is removed before the Hub's own timeout, which has no text.
TIME_TO_FAIL = GRACEFUL_REMOVAL + FORCED_REMOVAL + timedelta(seconds=3)


class PodFailed(SpawnException):
    """The pod cannot come up. SpawnException does not count for `consecutive_failure_limit`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem), reason="pod", status_code=500)
        self.jupyterhub_message = str(problem)  # shown by the progress stream


class KubernetesSpawner(EndingPods):
    container_timeout = Integer(
        15, config=True, help="Seconds for which the kubelet may fail to create the container."
    )
    volume_timeout = Integer(
        60, config=True, help="Seconds for which a volume may be missing, or fail to be mounted."
    )
    unschedulable_timeout = Integer(
        60,
        config=True,
        help="Seconds for which no node may have room. A cluster autoscaler that adds a node has "
        "until the start's own timeout.",
    )

    _removal: asyncio.Task[None] | None = None

    async def _start(self) -> Any:
        if self._removal is not None:  # of a start that was cancelled just before
            await asyncio.wait({self._removal})
        self._forget_pod()
        address = None
        try:
            address = await self._start_or_fail()
        finally:
            if address is None:
                self._removal = asyncio.create_task(self._remove_pod())
                await asyncio.wait({self._removal})  # goes on if this start is cancelled
        return address

    async def _start_or_fail(self) -> Any:
        """Return the server's address. Raises PodFailed."""
        starting = asyncio.ensure_future(self._start_and_connect())
        failing = asyncio.ensure_future(self._wait_for_failure())
        try:
            await asyncio.wait({starting, failing}, return_when=asyncio.FIRST_COMPLETED)
            return (failing if failing.done() else starting).result()
        except ApiException as error:
            raise PodFailed(_refusal(error)) from error
        except RuntimeError as error:
            if not is_hub_ending(error):
                raise
            # No failure: the next Hub continues the start, or the portal requests it again.
            raise asyncio.CancelledError from error
        except (ClientError, TimeoutError) as error:
            raise PodFailed(Problem("ApiUnreachable", f"{error} {self._last_api_error}")) from error
        finally:
            starting.cancel()
            failing.cancel()
            await asyncio.wait({starting, failing})

    async def _start_and_connect(self) -> Any:
        """Start the pod, and wait until its server answers.

        The Hub itself would not notice that the server's process ends before that.
        """
        address = await self._start_pod()
        base_url = self.server.base_url if self.server else "/"
        url = url_path_join(address, base_url, "api")
        # The address of a pod that is gone may be another pod's already.
        while not (await _answers(url) and self._running_pod()):
            await asyncio.sleep(CHECK_INTERVAL.total_seconds())
        return address

    async def _start_pod(self) -> Any:
        """Return the server's address as soon as the pod of this start runs.

        KubeSpawner checks that ever more rarely, in the end every five seconds.
        """
        starting = asyncio.ensure_future(super()._start())
        has_more_to_do = self.internal_ssl or self.services_enabled or self.after_pod_created_hook
        try:
            while (pod := self._running_pod()) is None or (has_more_to_do and not starting.done()):
                if starting.done():
                    starting.result()  # raises what went wrong
                await asyncio.wait({starting}, timeout=CHECK_INTERVAL.total_seconds())
        finally:
            starting.cancel()
        self.pod_id = pod["metadata"]["uid"]
        return self._get_pod_url(pod)

    async def _wait_for_failure(self) -> None:
        """Raise PodFailed when a problem has lasted too long."""
        now = asyncio.get_running_loop().time
        time = max(self.start_timeout - TIME_TO_FAIL.total_seconds(), self.start_timeout / 2)
        deadline = now() + time
        wait, since = Wait.NONE, now()
        while True:
            problem = await self._find_problem()
            if problem is None or problem.wait is not wait:
                wait, since = problem.wait if problem else Wait.NONE, now()
            if problem is not None and now() - since >= self._seconds(wait):
                raise PodFailed(problem)
            if now() >= deadline:
                raise PodFailed(problem or self._problem_of_timeout())
            await asyncio.sleep(CHECK_INTERVAL.total_seconds())

    def _seconds(self, wait: Wait) -> float:
        return {
            Wait.NONE: 0.0,
            Wait.FOR_CONTAINER: float(self.container_timeout),
            Wait.FOR_VOLUME: float(self.volume_timeout),
            Wait.FOR_PLACE: float(self.unschedulable_timeout),
            Wait.FOR_NODE: float("inf"),
        }[wait]

    async def _remove_pod(self) -> None:
        """Delete the pod of a start that failed or was cancelled.

        By force, which does not wait for the kubelet, unless a container runs that may end itself.
        """
        if self._creation is not None:
            await asyncio.wait({self._creation}, timeout=self.k8s_api_request_timeout)
            self._creation.cancel()
        ways = [(True, FORCED_REMOVAL)]
        if self._pod is not None and has_running_container(self._pod):
            ways.insert(0, (False, GRACEFUL_REMOVAL))
        for by_force, time in ways:
            try:
                await asyncio.wait_for(self.stop(now=by_force), time.total_seconds())
            except (ApiException, ClientError, OSError) as error:
                self.log.warning("The pod of %s is not removed yet: %s", self._log_name, error)
                if not is_away(error):
                    return
            except RuntimeError as error:
                if not is_hub_ending(error):
                    raise
                return  # the next Hub finds the pod
            else:
                return


def _refusal(error: ApiException) -> Problem:
    """Return why the API server refuses what the start needs, in its own words."""
    try:
        body = json.loads(error.body or "")
    except ValueError:
        body = {}
    reason = body.get("reason") or "".join((error.reason or "Refused").split())
    return Problem(reason, body.get("message") or str(error.reason))


async def _answers(url: str) -> bool:
    """Return whether the user's server answers, and not a proxy or another server in its place."""
    request = HTTPRequest(
        url, follow_redirects=False, validate_cert=False, connect_timeout=1, request_timeout=5
    )
    try:
        response = await AsyncHTTPClient().fetch(request, raise_error=False)
    except (OSError, HTTPClientError):  # the latter of Curl's client, and after the timeouts
        return False
    return bool(response.code < 500 and response.code != 404)
