"""Classification of failures: from messages of the Hub, and from errors of calls to it, to codes.

The Hub's progress stream reports a failed start as "Spawn failed: " and the text of the exception
(jupyterhub/apihandlers/users.py, SpawnProgressAPIHandler). The patterns match the messages of
JupyterHub 6.1, DockerSpawner 14, docker-py 7, Docker Engine 26, and the C library's errno;
tests/test_classify.py has them as they were recorded. pod_problems.py has those of Kubernetes.
"""

import re

from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.failures.pod_problems import code_of_pod_problem
from jupyter_integration.hub.errors import (
    HubError,
    HubProtocolError,
    HubRejected,
    HubThrottled,
    HubUnauthorized,
    HubUnavailable,
)

# An administrator's hook raises jupyterhub.spawner.SpawnException, whose label may be anything, or
# tornado's HTTPError, which puts its message in brackets.
_HOOK = re.compile(
    r"^(?:Spawn failed: )?"
    r"(?:\d{3} SpawnException\(reason=[^)]*\)|HTTP \d{3}: [A-Za-z' -]+)"
    r"(?:: (?P<message>.+)| \((?P<bracketed>.+)\))?$",
    re.DOTALL,
)

# The first match wins: specific patterns stand before general ones.
_PATTERNS: tuple[tuple[re.Pattern[str], FailureCode], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), code)
    for pattern, code in (
        # asyncio's TimeoutError, raised after Spawner.start_timeout, has no text.
        (r"^Spawn failed:\s*$", FailureCode.START_TIMEOUT),
        (r"^Spawn cancelled$", FailureCode.ENDED_FROM_OUTSIDE),
        (
            r"Spawner failed to start \[status=|ended with exit code|exited with |\bexit code \d|"
            r"before responding|"
            # A container that has exited has no port and no address any more.
            r"Failed to get port info for|The 'ip' trait of a Server instance",
            FailureCode.PROCESS_EXITED,
        ),
        (r"no space left on device", FailureCode.NO_SPACE),
        (r"disk quota exceeded", FailureCode.HOME_FULL),
        (
            r"no such image|manifest (for .* not found|unknown)|pull access denied|"
            r"not found: does not exist or no pull access|repository does not exist|"
            r"/images/create\?",
            FailureCode.IMAGE_MISSING,
        ),
        (
            r"error while mounting volume|invalid mount config|invalid mode: |no such volume|"
            r"error looking up volume plugin|no quota support|error mounting |"
            r"for a local volume name|read-only file system|stale file handle|"
            r"transport endpoint is not connected",
            FailureCode.VOLUME_TROUBLE,
        ),
        (r"out of memory|cannot allocate memory|\bOOM(?:Killed)?\b", FailureCode.NO_MEMORY),
        (
            r"resource temporarily unavailable|too many open files|can't start new thread",
            FailureCode.HOST_EXHAUSTED,
        ),
        (
            r"executable file not found|unable to find user|no such file or directory: '[^'/]+'$|"
            r"exec format error|exec: .*: permission denied",
            FailureCode.IMAGE_UNUSABLE,
        ),
        (
            r"network \S+ not found|unknown docker network|failed programming external "
            r"connectivity|address already in use|port is already allocated|"
            r"non-overlapping IPv4 address pool|no available IPv4 addresses",
            FailureCode.NETWORK_TROUBLE,
        ),
        (
            r"The container name \S+ is already in use|removal of container \S+ is already",
            FailureCode.CONTAINER_LEFT_OVER,
        ),
        (r"no such container", FailureCode.ENDED_FROM_OUTSIDE),
        (
            r"error while fetching server API version|cannot connect to the docker daemon|"
            r"UnixHTTPConnectionPool",
            FailureCode.DOCKER_AWAY,
        ),
        # Of the socket guard (deploy/socket_guard/container_count.py).
        (r"users' containers, and no more are allowed", FailureCode.HUB_FULL),
        (r"(client|server) error for http\+docker://|OCI runtime", FailureCode.DOCKER_REFUSED),
        (r"\bpermission denied: '", FailureCode.VOLUME_TROUBLE),
        (r"didn't respond in|timed out\b|\btimeout\b", FailureCode.START_TIMEOUT),
    )
)


def code_of_reason(reason: str) -> FailureCode:
    """Return the code for the Hub's message (English) about a failed start."""
    text = reason.strip()
    if _HOOK.match(text) and not _is_from_spawner(text):
        return FailureCode.REFUSED_BY_HOOK
    of_pod = code_of_pod_problem(text)
    if of_pod is not None:
        return of_pod
    return next((code for pattern, code in _PATTERNS if pattern.search(text)), FailureCode.UNKNOWN)


def message_of_hook(reason: str) -> str:
    """Return the message to the user of the hook that refused a start; "" without one."""
    found = _HOOK.match(reason.strip())
    return (found["message"] or found["bracketed"] or "").strip() if found else ""


def is_hub_full(message: str) -> bool:
    """Return whether the Hub's message (English) is that of active_server_limit."""
    return "active user limit" in message.lower()


def code_of_error(error: HubError) -> FailureCode:
    """Return the code for a start whose call to the Hub failed with `error`."""
    if isinstance(error, HubThrottled) and is_hub_full(error.hub_message):
        return FailureCode.HUB_FULL
    if isinstance(error, HubUnauthorized) and "scopes" in error.hub_message:
        return FailureCode.SCOPE_MISSING
    for kind, code in (
        (HubThrottled, FailureCode.HUB_BUSY),
        (HubUnavailable, FailureCode.HUB_AWAY),
        (HubUnauthorized, FailureCode.TOKEN_REFUSED),
        (HubRejected, FailureCode.HUB_REFUSED),
        (HubProtocolError, FailureCode.HUB_BROKEN_ANSWER),
    ):
        if isinstance(error, kind):
            return code
    return FailureCode.UNKNOWN


def _is_from_spawner(text: str) -> bool:
    """Return whether the Hub raised it for a server that exited: it looks like a hook's error."""
    return "Spawner failed to start [status=" in text
