"""Failures of a pod that does not come up, read from its status and its events.

The names and words are those of Kubernetes 1.20; later versions have the same or add to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

Pod = dict[str, Any]
Event = dict[str, Any]

MAX_MESSAGE = 1000  # characters: the message of an invalid pod has the whole pod


class Wait(Enum):
    """How long a problem may last before the start fails; KubernetesSpawner has the durations."""

    NONE = "none"
    FOR_CONTAINER = "container"  # the kubelet creates it again
    FOR_VOLUME = "volume"  # it is being created, attached or mounted
    FOR_PLACE = "place"  # other servers may stop
    FOR_NODE = "node"  # a cluster autoscaler adds one


@dataclass(frozen=True, slots=True)
class Problem:
    """Problem of a pod: `reason` is a word of Kubernetes, `message` its sentence.

    The portal recognises both (jupyter_integration/failures/classify.py).
    """

    reason: str
    message: str
    wait: Wait = Wait.NONE

    def __str__(self) -> str:
        return f"Pod failed to start ({self.reason}): {self.message[:MAX_MESSAGE]}"


# An image that could not be pulled once is ErrImagePull: the kubelet pulls it again.
_WAITING = {
    "ErrImagePull": Wait.FOR_CONTAINER,
    "ImagePullBackOff": Wait.NONE,
    "ErrImageNeverPull": Wait.NONE,
    "InvalidImageName": Wait.NONE,
    "RegistryUnavailable": Wait.FOR_CONTAINER,
    "ImageInspectError": Wait.FOR_CONTAINER,
    "CreateContainerConfigError": Wait.FOR_CONTAINER,
    "CreateContainerError": Wait.FOR_CONTAINER,
    "RunContainerError": Wait.FOR_CONTAINER,
}
_BEFORE_CONTAINERS = {
    "FailedMount": Wait.FOR_VOLUME,
    "FailedAttachVolume": Wait.FOR_VOLUME,
    "FailedMapVolume": Wait.FOR_VOLUME,
    "FailedCreatePodSandBox": Wait.FOR_VOLUME,
}
_OF_CONTAINERS = frozenset({"Pulling", "Pulled", "Created", "Started"})
_REMOVALS = frozenset({"TaintManagerEviction", "Preempted", "Evicted", "NodeNotReady"})
_VOLUME = re.compile("volume|persistentvolumeclaim", re.IGNORECASE)
_NO_ROOM = re.compile("Insufficient|Too many pods")


def find_problem(pod: Pod, events: list[Event]) -> Problem | None:
    """Return why `pod` does not come up. `events` are its own, the newest last."""
    if "deletionTimestamp" in pod["metadata"]:
        return why_removed(pod, events)
    return (
        failed_as_whole(pod)
        or next(_problems_of_containers(pod, events), None)
        or _unschedulable(pod, events)
        or _waits_for_containers(pod, events)
    )


def why_removed(pod: Pod, events: list[Event]) -> Problem:
    """Return why a pod that nobody here removed is gone, or is being removed."""
    for condition in _conditions(pod, "DisruptionTarget"):  # since 1.26
        if condition["status"] == "True":
            return Problem(condition["reason"], condition.get("message", ""))
    for event in reversed(events):
        if event["reason"] in _REMOVALS and not _is_over(event, pod):
            return _problem_of(event)
    return failed_as_whole(pod) or Problem("Deleted", "the pod was deleted")


def _is_over(event: Event, pod: Pod) -> bool:
    """Return whether the node is back that did not respond: its pods became ready again."""
    return event["reason"] == "NodeNotReady" and any(
        found.get("lastTransitionTime", "") > _time_of(event) for found in _conditions(pod, "Ready")
    )


def has_running_container(pod: Pod) -> bool:
    containers = pod["status"].get("containerStatuses") or []
    return any("running" in (container.get("state") or {}) for container in containers)


def of_this_pod(pod: Pod, events: Iterable[Event]) -> list[Event]:
    """Return the pod's events, the newest last.

    Those of the taint manager have the pod's name without its uid.
    """
    metadata = pod["metadata"]
    own = [
        event
        for event in events
        if event["involvedObject"].get("uid") == metadata["uid"]
        or (
            "uid" not in event["involvedObject"]
            and event["involvedObject"].get("name") == metadata["name"]
            and _time_of(event) >= metadata["creationTimestamp"]
        )
    ]
    # A time counts whole seconds; a name ends with the nanosecond of the event's first occurrence.
    return sorted(own, key=lambda event: (_time_of(event), event["metadata"]["name"]))


def _time_of(event: Event) -> str:
    time: str = (
        event.get("lastTimestamp")
        or event.get("eventTime")
        or event["metadata"].get("creationTimestamp")
        or ""
    )
    return time


def _problem_of(event: Event, wait: Wait = Wait.NONE) -> Problem:
    return Problem(event["reason"], event.get("message") or "", wait)


def _conditions(pod: Pod, kind: str) -> list[dict[str, Any]]:
    return [found for found in pod["status"].get("conditions") or [] if found["type"] == kind]


def failed_as_whole(pod: Pod) -> Problem | None:
    """Return why the kubelet ended or refused the pod: it is evicted, or its node is full."""
    status = pod["status"]
    if status.get("phase") == "Failed" and status.get("reason"):
        return Problem(status["reason"], status.get("message", ""))
    if status.get("reason") == "NodeLost":
        return Problem("NodeLost", status.get("message", ""))
    return None


def _problems_of_containers(pod: Pod, events: list[Event]) -> Iterator[Problem]:
    status = pod["status"]
    for container in status.get("initContainerStatuses") or []:
        yield from _waiting(container, events)
    for container in status.get("containerStatuses") or []:
        if ended := (container.get("state") or {}).get("terminated"):
            yield _ended(container["name"], ended)
        yield from _waiting(container, events)


def _waiting(container: dict[str, Any], events: list[Event]) -> Iterator[Problem]:
    waiting = (container.get("state") or {}).get("waiting") or {}
    reason = waiting.get("reason", "")
    if reason not in _WAITING:
        return
    message = waiting.get("message", "")
    if reason == "ImagePullBackOff":  # without the words of the registry
        failed = [e["message"] for e in events if e["message"].startswith("Failed to pull image")]
        message = failed[-1] if failed else message
    yield Problem(reason, message, _WAITING[reason])


def _ended(name: str, ended: dict[str, Any]) -> Problem:
    message = f"container {name} ended with exit code {ended['exitCode']}"
    detail = (ended.get("message") or "").strip()
    return Problem(ended.get("reason") or "Error", f"{message}: {detail}" if detail else message)


def _unschedulable(pod: Pod, events: list[Event]) -> Problem | None:
    for condition in _conditions(pod, "PodScheduled"):
        if condition["status"] == "False" and condition.get("reason") == "Unschedulable":
            message = condition.get("message", "")
            if any(event["reason"] == "TriggeredScaleUp" for event in events):
                wait = Wait.FOR_NODE
            elif _VOLUME.search(message) and not _NO_ROOM.search(message):
                wait = Wait.FOR_VOLUME
            else:
                wait = Wait.FOR_PLACE
            return Problem("Unschedulable", message, wait)
    return None


def _waits_for_containers(pod: Pod, events: list[Event]) -> Problem | None:
    """Return what keeps the kubelet from the containers, unless it has got to them since."""
    for event in reversed(events):
        if event["reason"] in _OF_CONTAINERS:
            return None
        if event["reason"] in _BEFORE_CONTAINERS:
            return _problem_of(event, _BEFORE_CONTAINERS[event["reason"]])
    return None
