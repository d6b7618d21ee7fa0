"""Whether a request to create a container asks for a user's server, and for nothing else.

Every field that is not known here has to be absent, and every known one has to have the one value
that servers have, or none. So what later engines add is refused until somebody has looked at it.
The engine reads names of fields without regard to case, and of a doubled one the last: what is
passed on is therefore written anew from what was looked at.

Fields are those of `POST /containers/create` in the Docker Engine API 1.40 to 1.51.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from deploy.socket_guard.rules import GUARD_LABEL, Rules

Check = Callable[[Any], bool]

_OWN_LABEL = re.compile(r"org\.shaparak\.[a-z-]+")


class CreationRefused(Exception):
    """The text names the field, and never repeats a value: those may hold tokens."""


def checked(body: bytes, name: str, rules: Rules) -> bytes:
    """The body to pass on, with the guard's label on it. Raises CreationRefused."""
    owner = rules.owner_of(name)
    if owner is None:
        raise CreationRefused("this is no name of a user's server")
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise CreationRefused("the body is no JSON") from None
    _check(asked, _container(rules), "the body")
    _check(asked.get("HostConfig"), _host(rules, owner), "HostConfig")
    asked["Labels"] = {**(asked.get("Labels") or {}), GUARD_LABEL: owner}
    return json.dumps(asked).encode()


def _check(fields: object, checks: dict[str, Check], where: str) -> None:
    if not isinstance(fields, dict):
        raise CreationRefused(f"{where} is no object")
    for field, value in fields.items():
        check = checks.get(field, _is_empty)
        if not check(value):
            raise CreationRefused(f"{field} is not as users' servers have it")
        if field not in checks and field not in _LEFT_EMPTY:
            raise CreationRefused(f"{field[:40]} is not known here")
    for field, check in checks.items():
        if field not in fields and not check(None):
            raise CreationRefused(f"{field} is missing")


def _container(rules: Rules) -> dict[str, Check]:
    return {
        "Image": _is(rules.image),
        "Env": lambda value: value is None or _is_list_of_text(value),
        "Cmd": lambda value: value is None or _is_list_of_text(value),
        "Labels": lambda value: value is None or _are_labels(value),
        "Volumes": lambda value: value in (None, {}, {rules.home: {}}),
        "ExposedPorts": lambda value: value in (None, {}, {rules.port: None}, {rules.port: {}}),
        # What the engine does with the output of a container to which nobody can attach.
        "AttachStdout": _is_switch,
        "AttachStderr": _is_switch,
        "HostConfig": lambda value: isinstance(value, dict),
    }


def _host(rules: Rules, owner: str) -> dict[str, Check]:
    most_cpu_time = int(rules.cpus * 100_000)
    return {
        "NetworkMode": _is(rules.network),
        "Binds": _is([rules.home_bind(owner)]),
        "CapDrop": _is(["ALL"]),
        "SecurityOpt": lambda value: value in (["no-new-privileges"], ["no-new-privileges:true"]),
        "Memory": _is_number_up_to(rules.memory),
        "CpuPeriod": _is(100_000),
        "CpuQuota": _is_number_up_to(most_cpu_time),
        "CpuShares": _is_number_up_to(rules.cpu_shares),
        "PidsLimit": _is_number_up_to(rules.processes),
        "AutoRemove": _is_switch,
        "Init": _is_switch,
    }


# What docker-py sends of itself, without a value.
_LEFT_EMPTY = frozenset(
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


def _is(expected: object) -> Check:
    # True == 1 in Python, and not to the engine.
    return lambda value: type(value) is type(expected) and value == expected


def _is_number_up_to(most: int) -> Check:
    return lambda value: type(value) is int and 0 < value <= most


def _is_switch(value: object) -> bool:
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
