"""Health check of containers, against a server with various responses."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deploy.containers.answers import find_problem, main

READY = {"status": "ok", "components": {"worker": {"status": "ok"}, "beat": {"status": "silent"}}}


class Portal(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = {
            "/health/ready": (200, json.dumps(READY)),
            "/health": (503, json.dumps({"status": "unavailable"})),
            "/page": (200, "<html>"),
        }[self.path]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output readable."""


@pytest.fixture
def portal_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_any_2xx_is_healthy_without_a_component(portal_url: str) -> None:
    assert find_problem(f"{portal_url}/page") is None


def test_503_is_a_problem(portal_url: str) -> None:
    assert find_problem(f"{portal_url}/health") == f"{portal_url}/health returns 503"


def test_unreachable_address_is_a_problem() -> None:
    assert "does not answer" in (find_problem("http://127.0.0.1:1/health") or "")


@pytest.mark.parametrize("path", ["/health/ready", "/page"])
def test_unknown_component_is_a_problem(portal_url: str, path: str) -> None:
    problem = find_problem(portal_url + path, "spawn_worker")
    assert problem == f"{portal_url}{path} does not report spawn_worker"


@pytest.mark.parametrize(("component", "code"), [("beat", "beat is silent"), ("worker", None)])
def test_exit_status_is_that_of_the_component(
    portal_url: str, component: str, code: str | None
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([f"{portal_url}/health/ready", component])
    assert ended.value.code == code  # Python prints a text and exits with 1
