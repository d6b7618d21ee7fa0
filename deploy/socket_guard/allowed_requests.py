"""Allowed requests; all others of the engine's API are refused.

DockerSpawner 14 reads the version, checks that an image exists, and creates, starts, inspects,
stops and removes containers. Monitoring reads a container's resource usage once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import parse_qsl, urlsplit

# No percent signs, no `..` as a folder, nothing else that the engine could read differently.
_VERSION = r"/v1\.(?:4[0-9]|5[0-9])"
_CONTAINER = r"(?P<container>[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127})"
_IMAGE = r"(?P<image>[a-zA-Z0-9][a-zA-Z0-9_.:/-]{0,254})"

_SWITCH = r"true|false|True|False|0|1"


class Kind(Enum):
    ENGINE = auto()  # about the engine itself
    IMAGE = auto()  # about an image
    CREATION = auto()
    CONTAINER = auto()  # about an existing container


@dataclass(frozen=True, slots=True)
class Route:
    kind: Kind
    method: str
    path: re.Pattern[str]
    query: dict[str, str]
    needed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    route: Route
    path: str
    query: dict[str, str]
    subject: str  # the container or the image, otherwise ""


def _route(kind: Kind, method: str, path: str, *needed: str, **query: str) -> Route:
    return Route(kind, method, re.compile(path), query, frozenset(needed))


ROUTES = (
    _route(Kind.ENGINE, "GET", r"/_ping"),
    _route(Kind.ENGINE, "GET", rf"(?:{_VERSION})?/version"),
    _route(Kind.IMAGE, "GET", rf"{_VERSION}/images/{_IMAGE}/json"),
    _route(
        Kind.CREATION, "POST", rf"{_VERSION}/containers/create", "name", name=r"[a-zA-Z0-9_.-]+"
    ),
    _route(Kind.CONTAINER, "GET", rf"{_VERSION}/containers/{_CONTAINER}/json"),
    # Not as a stream, which would occupy a thread of the guard without a time limit.
    _route(
        Kind.CONTAINER,
        "GET",
        rf"{_VERSION}/containers/{_CONTAINER}/stats",
        "stream",
        **{"stream": "false|False|0", "one-shot": _SWITCH},
    ),
    _route(Kind.CONTAINER, "POST", rf"{_VERSION}/containers/{_CONTAINER}/start"),
    _route(Kind.CONTAINER, "POST", rf"{_VERSION}/containers/{_CONTAINER}/stop", t="[0-9]{1,2}"),
    _route(
        Kind.CONTAINER,
        "DELETE",
        rf"{_VERSION}/containers/{_CONTAINER}",
        v=_SWITCH,
        force=_SWITCH,
        link="false|False|0",
    ),
)


def find(method: str, target: str) -> Match | None:
    """Return the route of a request, or None if its path or its query is not allowed."""
    try:
        parts = urlsplit(target)
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        return None
    if parts.scheme or parts.netloc or parts.fragment:
        return None
    query = dict(pairs)
    if len(query) != len(pairs):
        return None
    for route in ROUTES:
        found = route.path.fullmatch(parts.path)
        if method == route.method and found and _allows(route, query):
            subject = found.groupdict().get("container") or found.groupdict().get("image") or ""
            return Match(route, parts.path, query, subject)
    return None


def _allows(route: Route, query: dict[str, str]) -> bool:
    return route.needed <= set(query) and all(
        name in route.query and re.fullmatch(route.query[name], value)
        for name, value in query.items()
    )
