"""KubernetesSpawner without a cluster: while the API server fails, and when it gives up.

tests/smoke_kubernetes/test_start_failures.py starts real pods.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from kubernetes_asyncio.client.exceptions import ApiException
from kubespawner import spawner as kubespawner
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.simple_httpclient import SimpleAsyncHTTPClient

SLOW = "Server launch is taking longer"


class FakeApi:
    """API server with the pods of one namespace. `answers` are those of the next creations."""

    def __init__(self) -> None:
        self.pods: dict[str, Any] = {}
        self.created = 0
        self.deleted: list[str] = []
        self.answers: list[Exception | None] = []
        self.on_creation: Callable[[Any], None] = lambda _pod: None

    async def create_namespaced_pod(self, _namespace: str, pod: Any) -> None:
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, ApiException):
            raise answer
        if pod.metadata.name in self.pods:
            raise ApiException(status=409, reason="Conflict")
        self.created += 1
        self.pods[pod.metadata.name] = pod
        self.on_creation(pod)
        if answer is not None:  # lost on its way
            raise answer

    async def read_namespaced_pod(self, name: str, namespace: str) -> Any:
        if name not in self.pods:
            raise ApiException(status=404, reason="Not Found")
        return self.pods[name]

    async def delete_namespaced_pod(self, name: str, **_options: Any) -> None:
        self.deleted.append(name)
        self.pods.pop(name, None)


@pytest.fixture
def spawner(load: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(kubespawner, "load_config", lambda **_: None)
    monkeypatch.setattr(kubespawner, "shared_client", lambda _: FakeApi())
    module = load("kubernetes_spawner")
    spawner_class = type("Spawner", (module.KubernetesSpawner,), {"reflectors": {}})
    user = SimpleNamespace(name="sara", id=1, url="/user/sara/")
    spawner = spawner_class(_mock=True, user=user, cmd=["lab"], namespace="shaparak")
    spawner.start_timeout = 16  # it fails 15 s before that
    spawner.orm_spawner = SimpleNamespace(last_activity=None, server=None, name="")
    spawner.get_env, spawner.get_args, spawner.api_token = dict, list, "tests-only"
    spawner_class.reflectors |= {(kind, "shaparak"): reflector() for kind in ("pods", "events")}
    return spawner


def reflector(*, gave_up: bool = False) -> Any:
    resources: dict[str, Any] = {}

    async def stop() -> None: ...

    return SimpleNamespace(
        resources=resources,
        pods=resources,
        stop=stop,
        first_load_future=SimpleNamespace(done=lambda: True),
        watch_task=SimpleNamespace(done=lambda: gave_up),
    )


def show_pod(spawner: Any, **status: Any) -> None:
    """Show the pod as the reflector of pods has it once it is created."""

    def add(pod: Any) -> None:
        metadata = {
            "name": pod.metadata.name,
            "uid": "9d1f",
            "annotations": pod.metadata.annotations,
            "creationTimestamp": "2026-11-27T18:33:00Z",
        }
        spawner.pod_reflector.pods["shaparak/jupyter-sara"] = {
            "metadata": metadata,
            "status": {"phase": "Pending", **status},
        }

    def forget(name: str, **options: Any) -> Any:
        spawner.pod_reflector.pods.pop("shaparak/jupyter-sara", None)
        return delete(name=name, **options)

    delete = spawner.api.delete_namespaced_pod
    spawner.api.delete_namespaced_pod = forget
    spawner.api.on_creation = add


def add_event(spawner: Any, reason: str, second: int) -> None:
    spawner.event_reflector.resources[reason] = {
        "reason": reason,
        "message": "words",
        "lastTimestamp": f"2026-11-27T18:33:{second:02}Z",
        "metadata": {"name": f"jupyter-sara.{second}", "uid": reason},
        "involvedObject": {"name": "jupyter-sara", "uid": "9d1f"},
    }


def failure_of(spawner: Any) -> str:
    with pytest.raises(Exception) as caught:
        asyncio.run(spawner.start())
    return str(caught.value.jupyterhub_message)


UNSCHEDULABLE = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
WAITING = {"reason": "ErrImageNeverPull", "message": "not present"}
NEVER_PULLED = [{"name": "notebook", "state": {"waiting": WAITING}}]


# ── The API server fails ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lost", [TimeoutError(), ConnectionResetError()])
def test_lost_answer_makes_no_second_pod(spawner: Any, lost: Exception) -> None:
    show_pod(spawner, containerStatuses=NEVER_PULLED)
    spawner.api.answers = [lost]

    assert "ErrImageNeverPull" in failure_of(spawner)
    assert spawner.api.created == 1


def test_busy_api_server_is_called_again(spawner: Any) -> None:
    show_pod(spawner, containerStatuses=NEVER_PULLED)
    spawner.api.answers = [ApiException(status=503), ApiException(status=429)]

    assert "ErrImageNeverPull" in failure_of(spawner)
    assert spawner.api.created == 1


def test_refusal_is_final(spawner: Any) -> None:
    refusal = ApiException(status=403, reason="Forbidden")
    refusal.body = '{"reason": "Forbidden", "message": "exceeded quota: servers"}'
    spawner.api.answers = [refusal]

    assert failure_of(spawner) == "Pod failed to start (Forbidden): exceeded quota: servers"
    assert spawner.api.created == 0


def test_api_server_that_stays_away_is_the_reason(spawner: Any) -> None:
    spawner.api.create_namespaced_pod = _refuse

    message = failure_of(spawner)

    assert message.startswith("Pod failed to start (ApiUnreachable): ")
    assert "no API server" in message


async def _refuse(*_arguments: object) -> None:
    raise ConnectionRefusedError("no API server")


def test_start_does_not_fail_as_the_hub_ends(spawner: Any) -> None:
    """The Hub closes its connections first. A failure would be final for the user."""

    async def closed(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("Session is closed")

    spawner.api.create_namespaced_pod = spawner.api.delete_namespaced_pod = closed

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(spawner.start())


def test_reflector_that_gave_up_is_replaced(
    spawner: Any, load: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ("pods", "shaparak")
    former = spawner.reflectors[key] = reflector(gave_up=True)
    former.resources["shaparak/jupyter-sara"] = {"metadata": {}, "status": {"phase": "Pending"}}
    monkeypatch.setattr(kubespawner, "PodReflector", _reflector_class(ConnectionRefusedError()))

    assert asyncio.run(spawner.poll()) is None
    assert spawner.reflectors[key] is former  # without it, every server would seem to be gone

    monkeypatch.setattr(kubespawner, "PodReflector", _reflector_class(None))
    assert asyncio.run(spawner.poll()) == 1
    assert spawner.reflectors[key] is not former


def test_cancelled_start_leaves_the_reflector_to_others(spawner: Any) -> None:
    async def cancel_while_it_loads() -> Any:
        loading = spawner.reflectors["pods", "shaparak"]
        loading.first_load_future, loading.watch_task = asyncio.Future(), None
        first, second = (asyncio.ensure_future(spawner.poll()) for _ in range(2))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait({first})
        loading.first_load_future.set_result(None)
        return await second

    assert asyncio.run(cancel_while_it_loads()) == 1


def _reflector_class(error: Exception | None) -> Any:
    def make(**_options: Any) -> Any:
        made = reflector()
        made.first_load_future = asyncio.Future()

        async def start() -> None:
            if error is not None:
                raise error
            made.first_load_future.set_result(None)

        made.start = start
        return made

    return make


def test_reflector_waits_for_the_api_server(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    module = load("patient_reflectors")
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.0)
    answers: list[Any] = [ConnectionRefusedError(), ApiException(status=503), "17"]

    async def list_and_update(_self: object, _resource_version: str | None) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(module.PodReflector, "_list_and_update", list_and_update)
    patient = object.__new__(module.PatientPodReflector)

    async def load_again() -> Any:
        patient.first_load_future = asyncio.Future()
        patient.first_load_future.set_result(None)
        return await patient._list_and_update("16")

    assert asyncio.run(load_again()) == "17"
    answers.append(ApiException(status=403))
    with pytest.raises(ApiException):
        asyncio.run(load_again())


# ── How long a problem may last ─────────────────────────────────────────────────────────────────


def test_pod_of_a_failed_start_is_deleted(spawner: Any) -> None:
    show_pod(spawner, containerStatuses=NEVER_PULLED)

    message = failure_of(spawner)

    assert message == "Pod failed to start (ErrImageNeverPull): not present"
    assert spawner.api.deleted == ["jupyter-sara"]


def test_failed_removal_does_not_fail_the_next_start(spawner: Any) -> None:
    show_pod(spawner, containerStatuses=NEVER_PULLED)
    stop = spawner.stop

    async def fail(now: bool = False) -> None:
        raise RuntimeError("a mistake in the client")

    async def start_twice() -> list[str]:
        reasons = []
        for method in (fail, stop):
            spawner.stop = method
            with pytest.raises(Exception) as caught:
                await spawner.start()
            reasons.append(str(caught.value.jupyterhub_message))
        return reasons

    assert asyncio.run(start_twice()) == 2 * [
        "Pod failed to start (ErrImageNeverPull): not present"
    ]


def test_full_cluster_fails_a_start_after_its_time(spawner: Any) -> None:
    spawner.start_timeout, spawner.unschedulable_timeout = 60, 1
    show_pod(spawner, conditions=[{**UNSCHEDULABLE, "message": "1 Insufficient memory."}])

    began = time.monotonic()

    assert failure_of(spawner) == "Pod failed to start (Unschedulable): 1 Insufficient memory."
    assert time.monotonic() - began < 30  # the timeout would be at 45 s


def test_last_problem_is_the_reason_at_the_timeout(spawner: Any) -> None:
    """The cluster autoscaler may add a node until then."""
    spawner.unschedulable_timeout = 0
    show_pod(spawner, conditions=[{**UNSCHEDULABLE, "message": "1 Insufficient memory."}])
    add_event(spawner, "TriggeredScaleUp", 1)
    began = time.monotonic()

    assert "(Unschedulable)" in failure_of(spawner)
    assert time.monotonic() - began >= 1


def test_timeout_without_a_problem_names_the_last_event(spawner: Any) -> None:
    show_pod(spawner)
    add_event(spawner, "Pulling", 1)

    message = failure_of(spawner)

    assert message == (
        "Pod failed to start (StartTimeout): not ready in 16 s; last: Pod event Pulling: words"
    )


def test_former_pod_that_stays_is_the_reason(spawner: Any) -> None:
    metadata = {"name": "jupyter-sara", "uid": "of the former start"}
    spawner.pod_reflector.pods["shaparak/jupyter-sara"] = {
        "metadata": metadata,
        "status": {"phase": "Pending"},
    }

    assert failure_of(spawner).startswith("Pod failed to start (FormerPod): ")


def test_failed_starts_do_not_end_the_hub(load: Any) -> None:
    """The Hub counts other exceptions for `consecutive_failure_limit`."""
    exception = load("kubernetes_spawner").PodFailed(load("pod_failures").Problem("Evicted", "x"))

    assert isinstance(exception, load("jupyterhub.spawner").SpawnException)


# ── What the user sees meanwhile ────────────────────────────────────────────────────────────────


def test_progress_never_goes_back(spawner: Any) -> None:
    spawner.slow_spawn_message_threshold = 1
    show_pod(spawner)

    async def collect() -> list[dict[str, Any]]:
        starting = asyncio.ensure_future(spawner.start())
        while spawner._pod is None:
            await asyncio.sleep(0.01)
        steps = []
        add_event(spawner, "Pulled", 2)
        async for step in spawner.progress():
            steps.append(step)
            if len(steps) == 1:
                add_event(spawner, "FailedScheduling", 1)  # seen late
                add_event(spawner, "BackOff", 3)
            if step["message"].startswith(SLOW):
                break
        starting.cancel()
        await asyncio.wait({starting})
        return steps

    steps = asyncio.run(collect())

    assert [step["message"].split(":")[0] for step in steps[:3]] == [
        "Pod event Pulled",
        "Pod event FailedScheduling",
        "Pod event BackOff",
    ]
    assert [step["progress"] for step in steps] == [60, 60, 60, 60]


class RefusedByCurl(SimpleAsyncHTTPClient):
    """Client whose connections are refused, in the way of tornado's curl_httpclient.

    The image of the Hub has Curl, which is not installed here.
    """

    def fetch_impl(self, request: HTTPRequest, callback: Callable[[HTTPResponse], None]) -> None:
        error = HTTPClientError(599, "Failed to connect to 10.98.1.190:8888")
        callback(HTTPResponse(request, 599, error=error))


@pytest.mark.parametrize("client", [SimpleAsyncHTTPClient, RefusedByCurl])
def test_server_that_refuses_connections_does_not_answer(
    load: Any, client: type[AsyncHTTPClient]
) -> None:
    module = load("kubernetes_spawner")

    async def ask() -> bool:
        return bool(await module._answers("http://127.0.0.1:9/user/sara/api"))

    AsyncHTTPClient.configure(client)
    try:
        assert not asyncio.run(ask())
    finally:
        AsyncHTTPClient.configure(None)
