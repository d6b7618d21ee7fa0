"""The health check of containers, against a server that answers this and that."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deploy.containers.answers import complaint, main

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
        """Keep the test's output readable."""


@pytest.fixture
def portal_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_answer_is_health_enough_where_no_part_is_named(portal_url: str) -> None:
    assert complaint(f"{portal_url}/page") is None


def test_a_503_is_a_complaint(portal_url: str) -> None:
    assert complaint(f"{portal_url}/health") == f"{portal_url}/health answers 503"


def test_nobody_there_is_a_complaint() -> None:
    assert "does not answer" in (complaint("http://127.0.0.1:1/health") or "")


def test_a_part_that_gives_signs_of_life_is_healthy(portal_url: str) -> None:
    assert complaint(f"{portal_url}/health/ready", "worker") is None


def test_a_part_that_has_fallen_silent_is_not(portal_url: str) -> None:
    assert complaint(f"{portal_url}/health/ready", "beat") == "beat is silent"


@pytest.mark.parametrize("path", ["/health/ready", "/page"])
def test_a_part_that_the_answer_does_not_know_is_not_healthy(portal_url: str, path: str) -> None:
    assert "tells nothing of spawn_worker" in (complaint(portal_url + path, "spawn_worker") or "")


def test_the_program_ends_with_1_and_says_why(portal_url: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([f"{portal_url}/health/ready", "beat"])
    assert ended.value.code == "beat is silent"  # Python prints a text and ends with 1

    with pytest.raises(SystemExit) as ended:
        main([f"{portal_url}/health/ready", "worker"])
    assert ended.value.code is None
