"""Failures of a start on a real cluster: each is produced, and the portal knows its reason.

    SERVER_IMAGE=shaparak-user-server:1 .venv/bin/python -m pytest \
        tests/smoke_kubernetes/test_start_failures.py

runs these alone, with an image that the nodes have. jupyter_integration/tests/test_classify_pods.py
has the words that were recorded here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from jupyter_integration.failures.classify import code_of_reason
from tests.smoke.engine import succeed
from tests.smoke_kubernetes.forwarded_api import forwarded_api
from tests.smoke_kubernetes.spawned import (
    SERVER,
    Outcome,
    acting_as,
    attempt,
    make_spawner,
    pod_of,
    reflectors,
    run_to_end,
)

STARTS, QUOTA, LIMITS = "shaparak-starts", "shaparak-starts-quota", "shaparak-starts-limits"
AWAY_SECONDS = 30.0

# With a limit on all, one above another on each container, and one who may only read.
OBJECTS = f"""
apiVersion: v1
kind: ResourceQuota
metadata: {{name: servers, namespace: {QUOTA}}}
spec: {{hard: {{limits.memory: 64M, requests.storage: 1Gi}}}}
---
apiVersion: v1
kind: LimitRange
metadata: {{name: servers, namespace: {LIMITS}}}
spec: {{limits: [{{type: Container, max: {{memory: 64Mi}}}}]}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: reader, namespace: {STARTS}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: reader, namespace: {STARTS}}}
rules: [{{apiGroups: [""], resources: [pods, events], verbs: [get, list, watch]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: reader, namespace: {STARTS}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}}
subjects: [{{kind: ServiceAccount, name: reader, namespace: {STARTS}}}]
"""


def mounts(**source: Any) -> dict[str, Any]:
    return {
        "volumes": [{"name": "v", **source}],
        "volume_mounts": [{"name": "v", "mountPath": "/v"}],
    }


def claims(**settings: Any) -> dict[str, Any]:
    return {
        **mounts(persistentVolumeClaim={"claimName": "{pvc_name}"}),
        "storage_pvc_ensure": True,
        "pvc_name_template": "home-{user_server}",
        "storage_access_modes": ["ReadWriteOnce"],
        "storage_class": "made-by-nobody",
        **settings,
    }


class Case(NamedTuple):
    reason: str
    words: str
    code: str
    settings: dict[str, Any]


CASES = {
    # The kubelet alternates between the two.
    "pull": Case(
        "ErrImagePull|ImagePullBackOff",
        "connection refused",
        "image_missing",
        {"image": "localhost:1/none:1"},
    ),
    "never-pulled": Case(
        "ErrImageNeverPull",
        "is not present with pull policy of Never",
        "image_missing",
        {"image": "shaparak-not-there:1", "image_pull_policy": "Never"},
    ),
    "image-name": Case(
        "InvalidImageName", "invalid reference format", "image_missing", {"image": "Bad Name!!"}
    ),
    "memory": Case(
        "Unschedulable", "Insufficient memory", "cluster_full", {"mem_guarantee": "900T"}
    ),
    "processor": Case(
        "Unschedulable", "Insufficient cpu", "cluster_full", {"cpu_guarantee": 90_000}
    ),
    "graphics": Case(
        "Unschedulable",
        "Insufficient nvidia.com/gpu",
        "cluster_full",
        {"extra_resource_limits": {"nvidia.com/gpu": "999"}},
    ),
    "selector": Case(
        "Unschedulable", "node", "no_node", {"node_selector": {"example.org/no": "such"}}
    ),
    "secret": Case(
        "FailedMount",
        'secret "none" not found',
        "volume_trouble",
        mounts(secret={"secretName": "none"}),
    ),
    "configmap": Case(
        "FailedMount",
        'configmap "none" not found',
        "volume_trouble",
        mounts(configMap={"name": "none"}),
    ),
    "no-claim": Case(
        "Unschedulable",
        'persistentvolumeclaim "none" not found',
        "volume_trouble",
        mounts(persistentVolumeClaim={"claimName": "none"}),
    ),
    "unbound": Case(
        "Unschedulable",
        "unbound immediate PersistentVolumeClaims",
        "volume_trouble",
        claims(storage_capacity="1Gi"),
    ),
    "memory-limit": Case(
        "OOMKilled",
        "ended with exit code 137",
        "no_memory",
        {"mem_limit": "48M", "mem_guarantee": "16M", "cmd": ["python", "-c", "bytearray(10**9)"]},
    ),
    "exit": Case(
        "Error",
        "ended with exit code 3",
        "process_exited",
        {"cmd": ["python", "-c", "raise SystemExit(3)"]},
    ),
    "no-program": Case(
        "StartError|RunContainerError",
        "executable file not found",
        "image_unusable",
        {"cmd": ["no-such-program"]},
    ),
    "no-environment": Case(
        "CreateContainerConfigError",
        'secret "none" not found',
        "kubernetes_refused",
        {"extra_container_config": {"envFrom": [{"secretRef": {"name": "none"}}]}},
    ),
    "evicted": Case(
        "Evicted",
        "ephemeral local storage usage exceeds",
        "pod_evicted",
        {
            "extra_resource_limits": {"ephemeral-storage": "1Mi"},
            "cmd": ["sh", "-c", "head -c 30000000 /dev/zero > /tmp/full; sleep 600"],
        },
    ),
    "silent": Case(
        "StartTimeout",
        "not ready in 35 s; last: Pod event",
        "start_timeout",
        {"cmd": ["sleep", "600"], "start_timeout": 35},
    ),
    "invalid": Case(
        "Invalid",
        "volumeMounts",
        "kubernetes_refused",
        {"volume_mounts": [{"name": "none", "mountPath": "/v"}]},
    ),
    "quota": Case(
        "Forbidden",
        "exceeded quota: servers",
        "quota_reached",
        {"namespace": QUOTA, "mem_limit": "100M"},
    ),
    "storage-quota": Case(
        "Forbidden",
        "exceeded quota: servers",
        "no_space",
        claims(namespace=QUOTA, mem_limit="32M", storage_capacity="5Gi"),
    ),
    "admission": Case(
        "Forbidden",
        "maximum memory usage per Container",
        "kubernetes_refused",
        {"namespace": LIMITS, "mem_limit": "100M"},
    ),
    "reader": Case("Forbidden", 'cannot create resource "pods"', "kubernetes_refused", {}),
}


@pytest.fixture(scope="module")
def image(request: pytest.FixtureRequest) -> str:
    if given := os.environ.get("SERVER_IMAGE"):
        return given
    images = request.getfixturevalue("installation").images
    return str(images["shaparak-user-server"].reference)


@pytest.fixture(scope="module", autouse=True)
def namespaces() -> Iterator[None]:
    names = (STARTS, QUOTA, LIMITS)
    try:
        for name in names:
            succeed(["kubectl", "create", "namespace", name])
        succeed(["kubectl", "apply", "--filename", "-"], given=OBJECTS)
        yield
    finally:
        succeed(["kubectl", "delete", "namespace", "--ignore-not-found", *names], max_wait=120)


CANCELLED_AFTER = (0.0, 0.05, 0.3, 1.0, 2.5)  # seconds


@pytest.fixture(scope="module")
def outcomes(image: str) -> dict[str, Outcome]:
    """How each start ended. They run at the same time."""

    async def run_all() -> dict[str, Outcome]:
        runs = {name: run_case(name, image) for name in CASES}
        runs |= {f"cancelled-{after}": cancel_and_start(after, image) for after in CANCELLED_AFTER}
        runs["steps"] = attempt(make_spawner("steps", STARTS, image))
        runs["deleted"] = delete_meanwhile(image)
        runs["again"] = start_again(image)
        async with reflectors():
            return dict(zip(runs, await asyncio.gather(*runs.values()), strict=True))

    return run_to_end(run_all())


async def run_case(name: str, image: str) -> Outcome:
    spawner = make_spawner(name, **{"namespace": STARTS, "image": image, **CASES[name].settings})
    if name != "reader":
        return await attempt(spawner)
    async with acting_as(spawner, f"{STARTS}:reader"):
        return await attempt(spawner)


async def cancel_and_start(after: float, image: str) -> Outcome:
    """As the Hub cancels. It then stops what `poll` shows, and here that is not needed."""
    name = f"cancelled-{after * 100:.0f}"
    spawner = make_spawner(name, STARTS, image, cmd=["sleep", "600"])
    starting = asyncio.ensure_future(spawner.start())
    await asyncio.sleep(after)
    starting.cancel()
    await asyncio.wait({starting})
    is_left = await pod_of(spawner) is not None
    spawner.cmd = SERVER
    outcome = await attempt(spawner)
    outcome.is_pod_left |= is_left
    return outcome


async def delete_meanwhile(image: str) -> Outcome:
    spawner = make_spawner("deleted", STARTS, image, cmd=["sleep", "600"])
    starting = asyncio.create_task(attempt(spawner))
    while spawner._pod is None:
        await asyncio.sleep(0.1)
    await spawner.api.delete_namespaced_pod(spawner.pod_name, STARTS)
    return await starting


async def start_again(image: str) -> Outcome:
    """Return the second start, which has what the first one lacks."""
    lacks = mounts(secret={"secretName": "comes-later"})
    spawner = make_spawner("again", STARTS, image, **lacks)
    first = await attempt(spawner)
    assert first.failure
    metadata = {"name": "comes-later"}
    await spawner.api.create_namespaced_secret(STARTS, {"metadata": metadata})
    return await attempt(spawner)


@pytest.mark.parametrize("name", CASES)
def test_start_fails_with_its_reason(outcomes: dict[str, Outcome], name: str) -> None:
    outcome, case = outcomes[name], CASES[name]
    print(f"{name}: {outcome.seconds:.1f} s: {outcome.failure}")

    reason = outcome.failure.removeprefix("Spawn failed: Pod failed to start (").split(")")[0]
    assert reason in case.reason.split("|"), outcome
    assert case.words in outcome.failure
    assert code_of_reason(outcome.failure) == case.code
    assert not outcome.is_pod_left


def test_start_reports_its_steps_in_order(outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes["steps"]

    assert outcome.address.endswith(":8888"), outcome
    steps = [step["message"].split(":")[0].split()[-1] for step in outcome.progress]
    assert steps == ["Scheduled", "Pulled", "Created", "Started"]
    percents = [step["progress"] for step in outcome.progress]
    assert percents == sorted(percents)


def test_next_start_works_when_the_cause_is_gone(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["again"].address, outcomes["again"]


@pytest.mark.parametrize("after", CANCELLED_AFTER)
def test_cancelled_start_leaves_no_pod(outcomes: dict[str, Outcome], after: float) -> None:
    outcome = outcomes[f"cancelled-{after}"]

    assert not outcome.is_pod_left
    assert outcome.address, outcome  # of the next start


def test_pod_that_is_deleted_ends_its_start(outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes["deleted"]

    assert code_of_reason(outcome.failure) == "ended_from_outside", outcome
    assert not outcome.is_pod_left


def test_starts_outlive_an_api_server_that_is_away(image: str) -> None:
    """One whose pod is being watched, and one whose pod cannot be created yet."""

    async def run() -> list[Outcome]:
        async with reflectors(), forwarded_api() as api:
            watched = make_spawner("watched", STARTS, image)
            starting = [asyncio.create_task(attempt(watched))]
            while watched._creation is None:
                await asyncio.sleep(0.01)
            await watched._creation
            api.close()
            starting.append(asyncio.create_task(attempt(make_spawner("waiting", STARTS, image))))
            await asyncio.sleep(AWAY_SECONDS)
            await api.open()
            return await asyncio.gather(*starting)

    for outcome in run_to_end(run()):
        assert outcome.address, outcome
        assert outcome.seconds > AWAY_SECONDS
        assert not outcome.is_pod_left
