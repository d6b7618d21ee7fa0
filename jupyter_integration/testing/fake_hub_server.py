"""HTTP server of the fake Hub: real sockets, one thread per connection, keep-alive."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from jupyter_integration.testing.fake_hub_api import Request


class HttpHandler(BaseHTTPRequestHandler):
    """Reads requests, and writes the kinds of responses."""

    protocol_version = "HTTP/1.1"
    # Headers and body are two packets; Nagle's algorithm would delay the second by 40 ms.
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        request = Request(self.command, self.path, dict(self.headers.items()), body)
        # The client may be gone, or the fake Hub may be closed.
        with contextlib.suppress(ConnectionError):
            self.server.respond(self, request)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def write(
        self, status: int, content_type: str | None, body: bytes, headers: dict[str, str]
    ) -> None:
        """Write a complete response."""
        length = {} if status == 204 else {"Content-Length": str(len(body))}
        self.begin(status, content_type, headers | length)
        self.wfile.write(b"" if status == 204 else body)

    def begin(self, status: int, content_type: str | None, headers: dict[str, str]) -> None:
        """Write the head of a response; the caller writes the body."""
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if content_type is not None:
            self.send_header("Content-Type", content_type)
        self.end_headers()

    def begin_stream(self, content_type: str) -> None:
        """Write the head of a chunked response."""
        self.begin(200, content_type, {"Transfer-Encoding": "chunked"})

    def write_chunk(self, data: bytes) -> None:
        """Write one chunk; an empty one ends the stream."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def hang_up(self) -> None:
        """Close the connection."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: tests read the recorded calls."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A full backlog would delay simultaneous clients by a second.
    request_queue_size = 256

    def __init__(self, port: int, respond: Respond) -> None:
        self.respond = respond
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), HttpHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore connections that break; show every other error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


Respond: TypeAlias = Callable[[HttpHandler, Request], None]


class Listener:
    """A port that can be closed and opened again, as of a restarted Hub."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._server: _Server | None = None
        self._held: socket.socket | None = None
        self.port = 0

    def open(self) -> None:
        """Listen, on the same port as before."""
        if self._server is None:
            self._release_port()
            self._server = _Server(self.port, self._respond)
            self.port = self._server.server_port
            threading.Thread(
                target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
            ).start()

    def close(self) -> None:
        """Refuse new connections and close the open ones."""
        self._release_port()
        if self._server is not None:
            server, self._server = self._server, None
            server.shutdown()
            server.server_close()
            for connection in list(server.connections):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def pause(self) -> None:
        """Close, and reserve the port, so that no other process answers on it."""
        self.close()
        self._held = socket.socket()
        # Reuse the port despite closing connections, and then share it with no process.
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", self.port))
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)

    def _release_port(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
