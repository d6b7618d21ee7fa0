"""Peer on a raw socket, for responses that no HTTP library would send."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Connection:
    """One connection of a client, from the peer's side."""

    def __init__(self, accepted: socket.socket) -> None:
        self._socket = accepted
        self.requests: list[bytes] = []

    def read_request(self) -> bytes:
        """Return the next request with its body, or b"" if the client has closed the connection."""
        request = b""
        missing = 1
        while missing > 0:
            received = self._socket.recv(65536)
            if not received:
                return b""
            request += received
            head, found, body = request.partition(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            missing = int(length[1] if length else 0) - len(body) if found else 1
        self.requests.append(request)
        return request

    def send(self, *pieces: bytes, pause: float = 0.0) -> None:
        """Send each piece as a packet."""
        for piece in pieces:
            self._socket.sendall(piece)
            time.sleep(pause)

    def answer(self, status: str, body: bytes = b"", *headers: str) -> None:
        """Send a complete response."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        self.send("\r\n".join(lines).encode() + body)

    def begin_chunks(self, content_type: str = "text/event-stream") -> None:
        """Begin a chunked response."""
        self.send(
            f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )

    def send_chunks(self, *pieces: bytes, pause: float = 0.0) -> None:
        """Send each piece as a chunk; an empty one ends the response."""
        self.send(*(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces), pause=pause)

    def wait_until_closed(self, seconds: float = 5.0) -> bool:
        """Return whether the client closes the connection within `seconds`."""
        self._socket.settimeout(seconds)
        try:
            while self._socket.recv(65536):
                pass
            return True
        except ConnectionError:
            return True
        except TimeoutError:
            return False


class Peer:
    """A listener that runs `play` for each connection in a thread of its own."""

    def __init__(self, play: Callable[[Connection], object], *, backlog: int = 128) -> None:
        self._play = play
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=backlog)
        self._sockets: list[socket.socket] = []
        self.connections: list[Connection] = []
        self.api_url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/hub/api"

    @property
    def requests(self) -> list[bytes]:
        """All requests of all connections."""
        return [one for connection in self.connections for one in connection.requests]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for one in (self._listening, *self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._listening.accept()
            except OSError:
                return
            self._sockets.append(accepted)
            connection = Connection(accepted)
            self.connections.append(connection)
            threading.Thread(target=self._run, args=(connection, accepted), daemon=True).start()

    def _run(self, connection: Connection, accepted: socket.socket) -> None:
        # The client may close the connection at any point, and the test may end.
        with accepted, contextlib.suppress(OSError):
            self._play(connection)


def answering(status: str, body: bytes = b"", *headers: str) -> Callable[[Connection], None]:
    """Return a play that answers every request with this response."""

    def play(connection: Connection) -> None:
        while connection.read_request():
            connection.answer(status, body, *headers)

    return play


def sending(*pieces: bytes, pause: float = 0.0) -> Callable[[Connection], None]:
    """Return a play that sends these bytes after one request."""

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(*pieces, pause=pause)

    return play
