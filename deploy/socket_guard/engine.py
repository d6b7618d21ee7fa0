"""Client of the engine: HTTP over its socket, with a new connection for each request."""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass
from datetime import timedelta

ENGINE_TIMEOUT = timedelta(seconds=120)
"""An engine that creates a hundred containers at once is slow."""

MAX_RESPONSE_BYTES = 16 * 1024 * 1024
"""A list of containers has about 2 kB for each."""


class EngineUnavailable(Exception):
    """The engine does not answer, or its response is too large."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    content_type: str
    body: bytes


class Engine:
    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path

    def request(self, method: str, target: str, body: bytes = b"") -> Response:
        """Send a request and return the response. Raises EngineUnavailable."""
        connection = _UnixConnection(self._socket_path)
        headers = {"Content-Type": "application/json"} if body else {}
        try:
            connection.request(method, target, body or None, headers)
            response = connection.getresponse()
            content = response.read(MAX_RESPONSE_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            raise EngineUnavailable(
                f"the engine does not answer: {type(error).__name__}"
            ) from error
        finally:
            connection.close()
        if len(content) > MAX_RESPONSE_BYTES:
            raise EngineUnavailable("the engine's response is too large")
        return Response(response.status, response.headers.get("Content-Type", ""), content)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, socket_path: str) -> None:
        super().__init__("engine", timeout=ENGINE_TIMEOUT.total_seconds())
        self._socket_path = socket_path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._socket_path)
