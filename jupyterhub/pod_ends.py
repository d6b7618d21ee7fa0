"""End of a user's pod: whether its server has ended, and why, read from the pod and its events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pod_failures import Event, Pod, Problem, failed_as_whole, why_removed

# `deletionTimestamp` is the time at which the kubelet should have ended the pod. A kubelet that
# answers needs some seconds more; one that does not is away with its node.
OVERDUE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class PodEnd:
    exit_status: int | None  # of the server's container; None if Kubernetes does not know it
    problem: Problem | None  # None if the server ended by itself


def find_end(pod: Pod, events: list[Event], *, exists: bool, now: datetime) -> PodEnd | None:
    """Return the end of a server, and None while it runs.

    `pod` was seen last, and `exists` tells whether Kubernetes still has it. `now` is UTC.
    """
    ended = _ended_container(pod)
    exit_status = None if ended is None else int(ended["exitCode"])
    if not exists:
        return PodEnd(exit_status, why_removed(pod, events))
    if deletion := pod["metadata"].get("deletionTimestamp"):
        if now - _parse(deletion) >= OVERDUE:
            return PodEnd(exit_status, _lost(why_removed(pod, events)))
        return None if ended is None else PodEnd(exit_status, why_removed(pod, events))
    if failed := failed_as_whole(pod):
        return PodEnd(exit_status, failed)
    if ended is None:
        return None
    is_out_of_memory = ended.get("reason") == "OOMKilled"
    words = f"container {ended.get('containerID', '')} ran out of memory"
    return PodEnd(exit_status, Problem("OOMKilled", words) if is_out_of_memory else None)


def _ended_container(pod: Pod) -> dict[str, Any] | None:
    for container in pod["status"].get("containerStatuses") or []:
        if container["name"] == "notebook":  # KubeSpawner's name of the server's container
            ended: dict[str, Any] | None = (container.get("state") or {}).get("terminated")
            return ended
    return None


def _lost(problem: Problem) -> Problem:
    return problem if problem.reason != "Deleted" else Problem("NodeLost", "its node is silent")


def _parse(time: str) -> datetime:
    return datetime.fromisoformat(time).astimezone(UTC)
