"""End of a pod, read from its status and its events as Kubernetes 1.20.2 wrote them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

UID = "9d1f"
DELETED_AT = datetime(2026, 11, 27, 19, tzinfo=UTC)
RUNNING = {"running": {"startedAt": "2026-11-27T18:34:00Z"}}
TOO_MUCH = 'Usage of EmptyDir volume "tmp" exceeds the limit "1Gi". '


@pytest.fixture
def module(load: Any) -> Any:
    return load("pod_ends")


def pod(state: dict[str, Any] | None = None, *, deleted: bool = False, **status: Any) -> Any:
    metadata = {"name": "jupyter-sara", "uid": UID, "creationTimestamp": "2026-11-27T18:33:00Z"}
    if deleted:
        metadata["deletionTimestamp"] = "2026-11-27T19:00:00Z"
    containers = [{"name": "notebook", "state": state}] if state else None
    return {
        "metadata": metadata,
        "status": {"phase": "Running", "containerStatuses": containers, **status},
    }


def terminated(exit_code: int, reason: str) -> dict[str, Any]:
    return {"terminated": {"exitCode": exit_code, "reason": reason}}


def end(
    module: Any, of: Any, *events: Any, exists: bool = True, later: timedelta = timedelta(0)
) -> tuple[int | None, str] | None:
    found = module.find_end(of, list(events), exists=exists, now=DELETED_AT + later)
    if found is None:
        return None
    return found.exit_status, found.problem.reason if found.problem else ""


def test_running_pod_has_not_ended(module: Any) -> None:
    assert end(module, pod(RUNNING)) is None
    assert end(module, pod(phase="Pending")) is None


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (terminated(137, "OOMKilled"), (137, "OOMKilled")),
        (terminated(137, "Error"), (137, "")),
        (terminated(0, "Completed"), (0, "")),
    ],
)
def test_ended_container_has_status_and_reason(module: Any, state: Any, expected: Any) -> None:
    assert end(module, pod(state)) == expected


def test_evicted_pod_has_the_kubelets_words(module: Any) -> None:
    """Kubernetes 1.20 gives it no statuses of containers, later versions do."""
    for state in (None, terminated(137, "Error")):
        evicted = pod(state, phase="Failed", reason="Evicted", message=TOO_MUCH)
        found = module.find_end(evicted, [], exists=True, now=DELETED_AT)
        assert (found.problem.reason, found.problem.message) == ("Evicted", TOO_MUCH)


def test_deleted_pod_was_removed(module: Any) -> None:
    assert end(module, pod(RUNNING), exists=False) == (None, "Deleted")


def test_drained_server_ends_with_its_container(module: Any) -> None:
    """It also ends with status 0, as one that was shut down in the Lab."""
    assert end(module, pod(RUNNING, deleted=True)) is None
    assert end(module, pod(terminated(0, "Completed"), deleted=True)) == (0, "Deleted")


@pytest.mark.parametrize(
    ("ready_since", "reason"), [("18:40", "NodeNotReady"), ("18:50", "Deleted")]
)
def test_node_that_is_back_removed_no_pod(module: Any, ready_since: str, reason: str) -> None:
    """The event of its silence stays for an hour."""
    silence = {
        "reason": "NodeNotReady",
        "message": "Node is not ready",
        "involvedObject": {"uid": UID},
        "lastTimestamp": "2026-11-27T18:40:00Z",
        "metadata": {"name": "jupyter-sara.1"},
    }
    ready = {
        "type": "Ready",
        "status": "False",
        "lastTransitionTime": f"2026-11-27T{ready_since}:00Z",
    }

    assert end(module, pod(RUNNING, conditions=[ready]), silence, exists=False) == (None, reason)


def test_pod_of_a_silent_node_is_lost(module: Any) -> None:
    lost = pod(RUNNING, deleted=True)
    marked = {
        "reason": "TaintManagerEviction",
        "message": "Marking for deletion Pod shaparak/jupyter-sara",
    }

    assert end(module, lost, later=timedelta(seconds=29)) is None
    assert end(module, lost, later=timedelta(seconds=30)) == (None, "NodeLost")
    assert end(module, lost, marked, later=timedelta(hours=1)) == (None, "TaintManagerEviction")
