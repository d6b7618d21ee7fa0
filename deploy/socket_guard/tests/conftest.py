"""A guard in front of an engine's double that records the requests."""

from __future__ import annotations

import http.client
import json
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from deploy.socket_guard.engine import Engine
from deploy.socket_guard.guard import Guard, GuardServer
from deploy.socket_guard.server_limits import GUARD_LABEL, ServerLimits

LIMITS = ServerLimits(
    image="shaparak-user-server", network="shaparak-servers", memory=2 * 2**30, cpus=2.0
)

SARAS = {"Id": "5a" * 32, "Config": {"Labels": {GUARD_LABEL: "sara"}}}
DATABASE = {"Id": "db" * 32, "Config": {"Labels": {"com.docker.compose.service": "postgres"}}}
CONTAINERS = {
    "shaparak-jupyter-sara": SARAS,
    SARAS["Id"]: SARAS,
    "shaparak-postgres": DATABASE,
    DATABASE["Id"]: DATABASE,
}


class EngineDouble:
    """HTTP server on a socket, as the engine is, with two containers.

    `others` are names of further users' containers.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, Any]] = []
        self.others: list[str] = []
        self.list_status = 200
        self.volume_status = 201  # 400 where the file system has no quotas
        self.volume_options: dict[str, str] | None = {"size": str(5 * 2**30)}
        self.creation = threading.Event()
        self.creation.set()

    def respond(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        self.requests.append((method, path, json.loads(body) if body else None))
        parts = path.partition("?")[0].split("/")
        if path.endswith(("/version", "/_ping")):
            return 200, {"ApiVersion": "1.45"}
        if parts[2:] == ["containers", "create"]:
            self.creation.wait(10)
            return 201, {"Id": SARAS["Id"]}
        if parts[2:] == ["volumes", "create"]:
            message = "quota size requested but no quota support"
            return self.volume_status, {"Options": None, "message": message}
        if parts[2] == "volumes" and method == "GET":
            return 200, {"Options": self.volume_options}
        if parts[2:] == ["containers", "json"]:
            query = dict(parse_qsl(urlsplit(path).query))
            assert query == {"all": "1", "filters": json.dumps({"label": [GUARD_LABEL]})}
            names = ["shaparak-jupyter-sara", *self.others]
            return self.list_status, [{"Names": [f"/{name}"]} for name in names]
        if parts[2] == "containers" and parts[3] not in CONTAINERS:
            return 404, {"message": f"No such container: {parts[3]}"}
        if parts[-1] == "json" and parts[2] == "containers":
            return 200, CONTAINERS[parts[3]]
        return 200, {}

    @property
    def creations(self) -> list[tuple[str, str, Any]]:
        return [request for request in self.requests if request[0] == "POST"]

    @property
    def changes(self) -> list[str]:
        return [f"{method} {path}" for method, path, _ in self.requests if method != "GET"]


class _UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@contextmanager
def served(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EngineDouble]:
    double = EngineDouble()

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, result = double.respond(self.command, self.path, body)
            content = json.dumps(result).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _respond

        def log_message(self, *_arguments: object) -> None:
            pass

        def address_string(self) -> str:
            return "guard"

    with served(_UnixServer(str(tmp_path / "engine.sock"), Handler)):
        yield double


Send = Callable[..., tuple[int, Any]]
SendRaw = Callable[..., int]


@pytest.fixture
def server(engine: EngineDouble, tmp_path: Path) -> Iterator[GuardServer]:
    guard = GuardServer(("127.0.0.1", 0), Guard(Engine(str(tmp_path / "engine.sock")), LIMITS))
    with served(guard):
        yield guard


@pytest.fixture
def send_raw(server: GuardServer) -> SendRaw:
    """Return a function that sends bytes, and returns the status of the response.

    With `hang_up` it resets the connection instead, and returns 0.
    """

    def send_bytes(request: bytes, *, hang_up: bool = False) -> int:
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as connection:
            connection.sendall(request)
            if hang_up:
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return 0
            return int(connection.makefile("rb").readline().split()[1])

    return send_bytes


@pytest.fixture
def send(server: GuardServer) -> Send:
    """Return a function that sends a request as the Hub does, and returns status and body."""

    def send_request(
        method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection.request(method, path, content, headers or {})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        return response.status, json.loads(text) if text else None

    return send_request
