"""Check of a request that creates a container: it must describe a user's server.

A known field must have the value that servers have; an unknown field must be absent or empty. So
fields of later engines are refused until somebody has reviewed them. The engine ignores the case of
field names and uses the last of two equal names, so the request is written anew from the checked
fields.

The fields are those of `POST /containers/create` in the Docker Engine API 1.40 to 1.51.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from deploy.socket_guard.server_limits import GUARD_LABEL, LOG, ULIMITS, ServerLimits

Check = Callable[[Any], bool]

_OWN_LABEL = re.compile(r"org\.shaparak\.[a-z-]+")


class CreationRefused(Exception):
    """The message names the field and no value, since values may contain tokens."""


def checked(body: bytes, name: str, limits: ServerLimits) -> bytes:
    """Return the body for the engine, with the guard's label. Raises CreationRefused."""
    owner = limits.owner_of(name)
    if owner is None:
        raise CreationRefused("this is not the name of a user's server")
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        raise CreationRefused("the body is not JSON") from None
    _check(request, _container(limits), "the body")
    _check(request.get("HostConfig"), _host(limits, owner), "HostConfig")
    request["Labels"] = {**(request.get("Labels") or {}), GUARD_LABEL: owner}
    return json.dumps(request).encode()


def _check(fields: object, checks: dict[str, Check], where: str) -> None:
    if not isinstance(fields, dict):
        raise CreationRefused(f"{where} is not an object")
    for field, value in fields.items():
        check = checks.get(field, _is_empty)
        if not check(value):
            raise CreationRefused(f"{shortened(field)} has a value that users' servers do not have")
        if field not in checks and field not in _SENT_EMPTY:
            raise CreationRefused(f"{shortened(field)} is not an allowed field")
    for field, check in checks.items():
        if field not in fields and not check(None):
            raise CreationRefused(f"{field} is missing")


def _container(limits: ServerLimits) -> dict[str, Check]:
    return {
        "Image": _is(limits.image),
        "Env": lambda value: value is None or _is_list_of_text(value),
        "Cmd": lambda value: value is None or _is_list_of_text(value),
        "Labels": lambda value: value is None or _are_labels(value),
        "Volumes": lambda value: value in (None, {}, {limits.home: {}}),
        "ExposedPorts": lambda value: value in (None, {}, {limits.port: None}, {limits.port: {}}),
        # Harmless: the guard refuses every request to attach.
        "AttachStdout": _is_optional_bool,
        "AttachStderr": _is_optional_bool,
        "HostConfig": lambda value: isinstance(value, dict),
    }


def _host(limits: ServerLimits, owner: str) -> dict[str, Check]:
    max_cpu_quota = int(limits.cpus * 100_000)  # microseconds in each period
    return {
        "NetworkMode": _is(limits.network),
        "Binds": _is([limits.home_bind(owner)]),
        "CapDrop": _is(["ALL"]),
        "SecurityOpt": lambda value: value in (["no-new-privileges"], ["no-new-privileges:true"]),
        "Memory": _is_number_up_to(limits.memory),
        "CpuPeriod": _is(100_000),
        "CpuQuota": _is_number_up_to(max_cpu_quota),
        "CpuShares": _is_number_up_to(limits.cpu_shares),
        "PidsLimit": _is_number_up_to(limits.processes),
        "ReadonlyRootfs": _is(True),
        "Tmpfs": _is(limits.temporary_folders),
        "ShmSize": _is(limits.shared_memory),
        "LogConfig": _is(LOG),
        "Ulimits": _is(ULIMITS),
        "AutoRemove": _is_optional_bool,
        "Init": _is_optional_bool,
    }


# docker-py always sends these fields, without a value.
_SENT_EMPTY = frozenset(
    {
        "Hostname",
        "Domainname",
        "User",
        "Tty",
        "OpenStdin",
        "StdinOnce",
        "AttachStdin",
        "NetworkDisabled",
        "Entrypoint",
        "WorkingDir",
        "NetworkingConfig",
        "MacAddress",
        "StopSignal",
        "Healthcheck",
        "StopTimeout",
        "Runtime",
        "Links",
        "Mounts",
    }
)


def shortened(text: str, length: int = 40) -> str:
    """Return the beginning of a text of the Hub, escaped so that it stays in its line of a log."""
    return repr(text[:length])


def _is(expected: object) -> Check:
    # In Python True == 1, but the engine distinguishes them.
    text = json.dumps(expected, sort_keys=True)
    return lambda value: value == expected and json.dumps(value, sort_keys=True) == text


def _is_number_up_to(maximum: int) -> Check:
    return lambda value: type(value) is int and 0 < value <= maximum


def _is_optional_bool(value: object) -> bool:
    return value is None or isinstance(value, bool)


def _is_empty(value: object) -> bool:
    return value is None or value is False or value in ("", [], {})


def _is_list_of_text(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _are_labels(value: object) -> bool:
    return isinstance(value, dict) and all(
        _OWN_LABEL.fullmatch(name) and name != GUARD_LABEL and isinstance(text, str)
        for name, text in value.items()
    )
