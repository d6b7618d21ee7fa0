"""One request through the fault proxy: the actions of faults, and its record."""

from __future__ import annotations

import http.client
import select
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from jupyter_integration.testing.fake_hub_api import Request
from jupyter_integration.testing.fake_hub_server import HttpHandler

HUB_TIMEOUT = timedelta(seconds=60)
_CHUNK_SIZE = 64 * 1024  # bytes
_PIECE_SIZE = 8  # bytes of a slow body that are sent at once
# Headers of one connection, and headers that the writer of the response sets itself.
_HOP_HEADERS = {
    *("connection", "keep-alive", "transfer-encoding", "content-length", "content-type"),
    *("date", "host", "server"),
}


@dataclass
class Call:
    """Record of a call; `status` is None if it was not answered."""

    method: str
    path: str  # with the query
    request_id: str  # the client's id: its attempts share one
    at: float = field(default_factory=time.time)  # seconds since the epoch
    status: int | None = None
    seconds: float | None = None  # None while it goes on
    is_held: bool = False


class Exchange:
    def __init__(
        self,
        handler: HttpHandler,
        request: Request,
        call: Call,
        *,
        hub: tuple[str, int],
        healed: threading.Event,
    ) -> None:
        self._handler = handler
        self._request = request
        self._call = call
        self._hub = hub
        self._healed = healed

    def relay(self, *, pause: float = 0.0, truncated: bool = False) -> None:
        """Send the request to the Hub and relay its response, an event stream event by event."""
        with self._response() as answer:
            if answer is None:
                self.reset()
                return
            content_type = answer.getheader("Content-Type")
            if answer.status == 200 and (content_type or "").startswith("text/event-stream"):
                self._call.status = answer.status
                self._relay_stream(answer, content_type or "", pause, truncated)
            else:
                headers = _end_to_end(answer.getheaders())
                body = answer.read()
                self._write(answer.status, content_type, body, headers, pause, truncated)

    def let_hub_work(self) -> None:
        """Let the Hub act, and do not relay its response."""
        with self._response() as answer:
            # Only the head of a stream, which may not end soon.
            if answer is not None and answer.getheader("Content-Length") is not None:
                answer.read()

    def answer(
        self, status: int, content_type: str | None, body: bytes, headers: Mapping[str, str]
    ) -> None:
        self._write(status, content_type, body, dict(headers), 0.0, False)

    def reset(self) -> None:
        """Reset the connection, as a killed process does."""
        linger = struct.pack("ii", 1, 0)
        with suppress(OSError):
            self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._handler.close_connection = True
            socket.close(self._handler.connection.detach())

    def hold(self) -> None:
        """Send nothing until the client gives up or the fault is healed."""
        self._call.is_held = True
        while not self._healed.is_set():
            readable, _, _ = select.select([self._handler.connection], [], [], 0.05)
            if readable and not self._handler.connection.recv(1, socket.MSG_PEEK):
                break
        self._handler.hang_up()

    def wait(self, seconds: float) -> None:
        """Wait, at most until the fault is healed."""
        self._healed.wait(seconds)

    @contextmanager
    def _response(self) -> Iterator[http.client.HTTPResponse | None]:
        """Yield the Hub's unread response; None if there is no Hub."""
        connection = http.client.HTTPConnection(*self._hub, timeout=HUB_TIMEOUT.total_seconds())
        try:
            yield self._send(connection)
        finally:
            connection.close()

    def _send(self, connection: http.client.HTTPConnection) -> http.client.HTTPResponse | None:
        request = self._request
        try:
            connection.request(
                request.method,
                request.target,
                body=request.body or None,
                headers=_end_to_end(request.headers.items()) | _type_of(request),
            )
            return connection.getresponse()
        except (OSError, http.client.HTTPException):
            return None

    def _relay_stream(
        self, answer: http.client.HTTPResponse, content_type: str, pause: float, truncated: bool
    ) -> None:
        self._handler.begin_stream(content_type)
        while True:
            try:
                chunk = answer.read1(_CHUNK_SIZE)
            except (OSError, http.client.HTTPException):
                self.reset()
                return
            if truncated and chunk.strip():
                self._handler.write_chunk(chunk[: len(chunk) // 2])
                self._handler.hang_up()
                return
            self.wait(pause)
            self._handler.write_chunk(chunk)
            if not chunk:
                return

    def _write(
        self,
        status: int,
        content_type: str | None,
        body: bytes,
        headers: dict[str, str],
        pause: float,
        truncated: bool,
    ) -> None:
        self._call.status = status
        if not (pause or truncated) or not body:
            self._handler.write(status, content_type, body, headers)
            return
        whole = {**headers, "Content-Length": str(len(body))}
        self._handler.begin(status, content_type, whole)
        kept = body[: len(body) // 2] if truncated else body
        for begin in range(0, len(kept), _PIECE_SIZE):
            self.wait(pause)
            self._handler.wfile.write(kept[begin : begin + _PIECE_SIZE])
        if truncated:
            self._handler.hang_up()


def _end_to_end(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in _HOP_HEADERS}


def _type_of(request: Request) -> dict[str, str]:
    content_type = request.headers.get("Content-Type")
    return {"Content-Type": content_type} if content_type else {}
