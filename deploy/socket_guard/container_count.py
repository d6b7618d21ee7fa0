"""Count of users' containers: the guard creates no more of them than servers may run."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from deploy.socket_guard.engine import Engine, EngineUnavailable
from deploy.socket_guard.server_limits import GUARD_LABEL

_QUERY = urlencode({"all": "1", "filters": json.dumps({"label": [GUARD_LABEL]})})


class TooManyContainers(Exception):
    """As many containers exist as are allowed; the message has the number."""


class ContainerCount:
    def __init__(self, engine: Engine, maximum: int) -> None:
        self._engine = engine
        self._maximum = maximum
        self._lock = threading.Lock()
        self._in_creation: set[str] = set()

    @contextmanager
    def room_for(self, name: str, *, version: str) -> Iterator[None]:
        """Reserve a place for a container during its creation; `version` is the API's, as `v1.45`.

        Raises TooManyContainers and EngineUnavailable. A container that exists has its place; the
        engine itself refuses a second one of its name.
        """
        # Only the list is read under the lock: creations at the same time do not wait.
        with self._lock:
            names = self._existing(version) | self._in_creation
            if name not in names and len(names) >= self._maximum:
                raise TooManyContainers(
                    f"there are {len(names)} users' containers, and no more are allowed"
                )
            self._in_creation.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._in_creation.discard(name)

    def _existing(self, version: str) -> set[str]:
        response = self._engine.request("GET", f"/{version}/containers/json?{_QUERY}")
        if response.status != 200:
            raise EngineUnavailable(f"the engine's list of containers is a {response.status}")
        return {container["Names"][0].removeprefix("/") for container in json.loads(response.body)}
