"""Refresh of a sign-in, and what a server learns of the portal.

Only a refusal of the portal signs somebody out, not an outage.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

from jupyter_integration.testing.free_ports import free_ports

AUTH_STATE = {"token_response": {"access_token": "of-sara", "token_type": "Bearer"}}


class Sara:
    name = "sara"

    async def get_auth_state(self) -> dict[str, Any]:
        return AUTH_STATE


@contextmanager
def userinfo_endpoint(status: int, content: object) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the tests' output readable."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/userinfo"
        server.shutdown()


def refresh(load: Any, userdata_url: str) -> Any:
    async def refresh_sara() -> Any:
        authenticator = load("portal_authenticator").PortalAuthenticator(
            userdata_url=userdata_url,
            username_claim="hub_username",
            enable_auth_state=True,
            allow_all=True,
            http_request_kwargs={"request_timeout": 2},
        )
        return await authenticator.refresh_user(Sara())

    return asyncio.run(refresh_sara())


def test_known_person_stays_signed_in(load: Any) -> None:
    with userinfo_endpoint(200, {"sub": "1", "hub_username": "sara"}) as url:
        assert refresh(load, url)["name"] == "sara"


def test_refused_person_is_signed_out(load: Any) -> None:
    with userinfo_endpoint(401, {"error": "invalid_token"}) as url:
        assert refresh(load, url) is False


def test_error_of_the_portal_changes_nothing(load: Any) -> None:
    with userinfo_endpoint(503, {}) as url:
        assert refresh(load, url) is True


def test_unreachable_portal_changes_nothing(load: Any) -> None:
    (port,) = free_ports(1)
    assert refresh(load, f"http://127.0.0.1:{port}/userinfo") is True


def test_server_learns_the_portals_address(load: Any) -> None:
    authenticator = load("portal_authenticator").PortalAuthenticator(
        portal_url="https://portal.example.ir", allow_all=True
    )
    given = {"LANG": "C.UTF-8"}
    spawner = SimpleNamespace(environment=given)

    authenticator.pre_spawn_start(Sara(), spawner)

    assert spawner.environment == {
        "LANG": "C.UTF-8",
        "SHAPARAK_PORTAL_URL": "https://portal.example.ir",
    }
    assert given == {"LANG": "C.UTF-8"}, "the configuration of all servers is changed"
