"""A portal that is away closes nobody's Lab; one that says no does."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from jupyter_integration.testing.free_ports import free_ports

AUTH_STATE = {"token_response": {"access_token": "of-sara", "token_type": "Bearer"}}


class Sara:
    name = "sara"

    async def get_auth_state(self) -> dict[str, Any]:
        return AUTH_STATE


@contextmanager
def userinfo_endpoint(status: int, answer: object) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/userinfo"
        server.shutdown()


def refresh(load: Any, userdata_url: str) -> Any:
    async def ask() -> Any:
        authenticator = load("portal_authenticator").PortalAuthenticator(
            userdata_url=userdata_url,
            username_claim="hub_username",
            enable_auth_state=True,
            allow_all=True,
            http_request_kwargs={"request_timeout": 2},
        )
        return await authenticator.refresh_user(Sara())

    return asyncio.run(ask())


def test_portal_that_knows_the_person_is_believed(load: Any) -> None:
    with userinfo_endpoint(200, {"sub": "1", "hub_username": "sara"}) as url:
        assert refresh(load, url)["name"] == "sara"


def test_portal_that_refuses_the_person_is_believed_too(load: Any) -> None:
    with userinfo_endpoint(401, {"error": "invalid_token"}) as url:
        assert refresh(load, url) is False


@pytest.mark.parametrize("status", [500, 502, 503])
def test_portal_in_trouble_changes_nothing(load: Any, status: int) -> None:
    with userinfo_endpoint(status, {}) as url:
        assert refresh(load, url) is True


def test_portal_that_is_away_changes_nothing(load: Any) -> None:
    (port,) = free_ports(1)
    assert refresh(load, f"http://127.0.0.1:{port}/userinfo") is True
