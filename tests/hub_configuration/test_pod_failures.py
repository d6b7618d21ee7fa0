"""Problems of a pod, read from its status and its events as Kubernetes 1.20.2 wrote them."""

from __future__ import annotations

from typing import Any

import pytest

UID = "9d1f"
NO_SECRET = 'MountVolume.SetUp failed for volume "v" : secret "nope" not found'
NOT_PULLED = 'Failed to pull image "localhost:1/none:1": rpc error: connection refused'
NO_MEMORY = "0/1 nodes are available: 1 Insufficient memory."


@pytest.fixture
def module(load: Any) -> Any:
    return load("pod_failures")


def pod(**status: Any) -> dict[str, Any]:
    metadata = {"name": "jupyter-sara", "uid": UID, "creationTimestamp": "2026-11-27T18:33:00Z"}
    return {"metadata": metadata, "status": {"phase": "Pending", **status}}


def container(**state: Any) -> dict[str, Any]:
    return {"name": "notebook", "state": state}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return pod(containerStatuses=[container(waiting={"reason": reason, "message": message})])


def unschedulable(message: str) -> dict[str, Any]:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    return pod(conditions=[{**condition, "message": message}])


def event(reason: str, message: str = "", *, second: int = 1, **of: str) -> dict[str, Any]:
    return {
        "reason": reason,
        "message": message,
        "lastTimestamp": f"2026-11-27T18:33:{second:02}Z",
        "metadata": {"name": f"jupyter-sara.{second}", "uid": f"{reason}-{second}"},
        "involvedObject": of or {"name": "jupyter-sara", "uid": UID},
    }


def problem(module: Any, of: dict[str, Any], *events: dict[str, Any]) -> tuple[str, str, str]:
    found = module.find_problem(of, list(events))
    return (found.reason, found.message, found.wait.value)


def test_pod_that_comes_up_has_no_problem(module: Any) -> None:
    for usual in (
        pod(),
        waiting("ContainerCreating"),
        waiting("PodInitializing"),
        pod(phase="Running", containerStatuses=[container(running={})]),
    ):
        assert module.find_problem(usual, [event("Scheduled"), event("Pulling")]) is None


def test_failed_pull_has_the_words_of_the_registry(module: Any) -> None:
    back_off = waiting("ImagePullBackOff", 'Back-off pulling image "localhost:1/none:1"')
    events = [event("Pulling"), event("Failed", NOT_PULLED), event("Failed", "Error: ErrImagePull")]

    assert problem(module, back_off, *events) == ("ImagePullBackOff", NOT_PULLED, "none")
    assert problem(module, back_off)[1] == 'Back-off pulling image "localhost:1/none:1"'


def test_image_that_failed_once_is_pulled_again(module: Any) -> None:
    assert problem(module, waiting("ErrImagePull", "x")) == ("ErrImagePull", "x", "container")


def test_end_of_the_process_fails_the_start(module: Any) -> None:
    ended = container(terminated={"exitCode": 137, "reason": "OOMKilled"})

    words = "container notebook ended with exit code 137"
    assert problem(module, pod(containerStatuses=[ended])) == ("OOMKilled", words, "none")


def test_last_message_of_the_process_is_added(module: Any) -> None:
    ended = {"exitCode": 128, "reason": "StartError", "message": "exec: no-such-program\n"}

    found = problem(module, pod(containerStatuses=[container(terminated=ended)]))

    assert found[1] == "container notebook ended with exit code 128: exec: no-such-program"


def test_full_cluster_is_waited_for(module: Any) -> None:
    full = unschedulable(NO_MEMORY)

    assert problem(module, full) == ("Unschedulable", NO_MEMORY, "place")
    assert problem(module, full, event("TriggeredScaleUp"))[2] == "node"


def test_missing_claim_is_waited_for_as_a_volume(module: Any) -> None:
    unbound = "0/1 nodes are available: 1 pod has unbound immediate PersistentVolumeClaims."

    assert problem(module, unschedulable(unbound)) == ("Unschedulable", unbound, "volume")


def test_failed_mount_is_a_problem_until_containers_exist(module: Any) -> None:
    creating = waiting("ContainerCreating")
    failed = event("FailedMount", NO_SECRET)

    assert problem(module, creating, failed) == ("FailedMount", NO_SECRET, "volume")
    assert module.find_problem(creating, [failed, event("Pulling")]) is None


def test_evicted_pod_has_the_kubelets_words(module: Any) -> None:
    words = "Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. "
    evicted = pod(phase="Failed", reason="Evicted", message=words)

    assert problem(module, evicted) == ("Evicted", words, "none")


def test_removed_pod_has_the_reason_of_its_removal(module: Any) -> None:
    removed = pod(conditions=[])
    removed["metadata"]["deletionTimestamp"] = "2026-11-27T18:34:00Z"
    condition = {"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler"}

    assert problem(module, removed)[0] == "Deleted"
    assert problem(module, removed, event("TaintManagerEviction"))[0] == "TaintManagerEviction"
    removed["status"]["conditions"] = [{**condition, "message": "preempted"}]
    assert problem(module, removed) == ("PreemptionByScheduler", "preempted", "none")


def test_events_of_a_former_pod_do_not_count(module: Any) -> None:
    events = [
        event("Started", second=9),
        event("Scheduled", second=2),
        event("Killing", second=3, name="jupyter-sara", uid="the former pod"),
        event("TaintManagerEviction", second=5, name="jupyter-sara"),  # without a uid
        event("Pulling", second=4, name="jupyter-omid", uid="0b2e"),
    ]

    own = module.of_this_pod(pod(), events)

    assert [found["reason"] for found in own] == ["Scheduled", "TaintManagerEviction", "Started"]


def test_long_message_is_cut(module: Any) -> None:
    assert len(str(module.Problem("Invalid", "x" * 5000))) < 1100
