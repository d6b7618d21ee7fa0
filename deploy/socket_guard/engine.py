"""HTTP over the engine's socket, one connection a call."""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass

LONGEST_ANSWER_SECONDS = 120.0
"""An engine that makes a hundred containers at once takes its time."""

LARGEST_ANSWER = 4 * 1024 * 1024  # bytes


class EngineAway(Exception):
    """The engine does not answer, or says more than there is to say."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes


class Engine:
    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path

    def ask(self, method: str, target: str, body: bytes = b"") -> Answer:
        """Raises EngineAway."""
        connection = _UnixConnection(self._socket_path)
        headers = {"Content-Type": "application/json"} if body else {}
        try:
            connection.request(method, target, body or None, headers)
            response = connection.getresponse()
            content = response.read(LARGEST_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            raise EngineAway(f"the engine does not answer: {type(error).__name__}") from error
        finally:
            connection.close()
        if len(content) > LARGEST_ANSWER:
            raise EngineAway("the engine's answer is too long")
        return Answer(response.status, response.headers.get("Content-Type", ""), content)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, socket_path: str) -> None:
        super().__init__("engine", timeout=LONGEST_ANSWER_SECONDS)
        self._socket_path = socket_path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._socket_path)
