"""A guard in front of an engine's double that records the requests."""

from __future__ import annotations

import http.client
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

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
    """HTTP server on a socket, as the engine is, with two containers."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, Any]] = []

    def respond(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        self.requests.append((method, path, json.loads(body) if body else None))
        parts = path.partition("?")[0].split("/")
        if path.endswith(("/version", "/_ping")):
            return 200, {"ApiVersion": "1.45"}
        if parts[2:] == ["containers", "create"]:
            return 201, {"Id": SARAS["Id"]}
        if parts[2] == "containers" and parts[3] not in CONTAINERS:
            return 404, {"message": f"No such container: {parts[3]}"}
        if parts[-1] == "json" and parts[2] == "containers":
            return 200, CONTAINERS[parts[3]]
        return 200, {}

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


@pytest.fixture
def send(engine: EngineDouble, tmp_path: Path) -> Iterator[Send]:
    """Return a function that sends a request as the Hub does, and returns status and body."""
    guard = Guard(Engine(str(tmp_path / "engine.sock")), LIMITS)
    server = GuardServer(("127.0.0.1", 0), guard)

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

    with served(server):
        yield send_request
