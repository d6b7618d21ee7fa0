"""Problems of pods, as jupyterhub/pod_failures.py writes them, and the code of each.

tests/test_classify_pods.py has them as they were recorded on Kubernetes 1.20.
"""

import re

from jupyter_integration.failures.codes import FailureCode

_PROBLEM = re.compile(r"\bPod failed to start \((?P<reason>\w*)\): (?P<message>.*)", re.DOTALL)

_IMAGE = "ErrImage.*|ImagePullBackOff|ImageInspectError|InvalidImageName|RegistryUnavailable"
_CONTAINER = "CreateContainer.*|RunContainerError|ContainerCannotRun|StartError"
_MOUNT = "FailedMount|FailedAttachVolume|FailedMapVolume"

# Patterns of the whole reason and of a part of the message. The first match wins.
_CODES: tuple[tuple[re.Pattern[str], re.Pattern[str], FailureCode], ...] = tuple(
    (re.compile(rf"(?:{reason})\Z"), re.compile(message, re.IGNORECASE), code)
    for reason, message, code in (
        ("Unschedulable", "Insufficient|too many pods", FailureCode.CLUSTER_FULL),
        ("Unschedulable", "volume|persistentvolumeclaim", FailureCode.VOLUME_TROUBLE),
        ("Unschedulable", "", FailureCode.NO_NODE),
        # The kubelet refuses a pod that the scheduler gave it.
        ("OutOf.*|UnexpectedAdmissionError", "", FailureCode.CLUSTER_FULL),
        (f"{_IMAGE}|{_CONTAINER}|{_MOUNT}", "no space left on device", FailureCode.NO_SPACE),
        (f"{_CONTAINER}|{_MOUNT}", "disk quota exceeded", FailureCode.HOME_FULL),
        (_IMAGE, "", FailureCode.IMAGE_MISSING),
        (_MOUNT, "", FailureCode.VOLUME_TROUBLE),
        (
            _CONTAINER,
            "executable file not found|no such file or directory|exec format error|"
            "permission denied|unable to find user|no users found|will run as root",
            FailureCode.IMAGE_UNUSABLE,
        ),
        (_CONTAINER, "OOM|memory limit|cannot allocate memory", FailureCode.NO_MEMORY),
        ("FailedCreatePodSandBox", "network|cni", FailureCode.NETWORK_TROUBLE),
        ("OOMKilled", "", FailureCode.NO_MEMORY),
        ("Error|Completed", "", FailureCode.PROCESS_EXITED),
        (
            "NodeLost|NodeNotReady|TaintManagerEviction|DeletionByTaintManager|DeletionByPodGC",
            "",
            FailureCode.NODE_LOST,
        ),
        (
            # "Terminated" and "Shutdown": its node is shut down.
            "Evicted|Preempt.*|EvictionByEvictionAPI|TerminationByKubelet|Terminated|Shutdown|"
            "NodeShutdown",
            "",
            FailureCode.POD_EVICTED,
        ),
        ("Deleted", "", FailureCode.ENDED_FROM_OUTSIDE),
        ("FormerPod", "", FailureCode.CONTAINER_LEFT_OVER),
        ("StartTimeout|DeadlineExceeded", "", FailureCode.START_TIMEOUT),
        # Homes stay, so the space for them does not become free by itself.
        ("Forbidden", r"\Apersistentvolumeclaims .* exceeded quota: ", FailureCode.NO_SPACE),
        ("Forbidden", "exceeded quota: ", FailureCode.QUOTA_REACHED),
        (
            "ApiUnreachable|InternalError|ServerTimeout|ServiceUnavailable|Timeout|TooManyRequests",
            "",
            FailureCode.KUBERNETES_AWAY,
        ),
        (".*", "", FailureCode.KUBERNETES_REFUSED),
    )
)


def code_of_pod_problem(text: str) -> FailureCode | None:
    """Return the code of a pod's problem; None if `text` is something else."""
    found = _PROBLEM.search(text)
    return None if found is None else code_of(found["reason"], found["message"])


def code_of(pod_reason: str, pod_message: str) -> FailureCode:
    return next(
        code
        for reason, message, code in _CODES
        if reason.match(pod_reason) and message.search(pod_message)
    )
