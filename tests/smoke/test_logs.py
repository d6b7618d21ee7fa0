"""Logs of the containers: no key of a reset link, whether the portal answers or not."""

from __future__ import annotations

from pathlib import Path

import requests

from tests import hub_names
from tests.smoke.stack import Stack

KEY = "w-diox6c-afdc0123456789"


def test_no_container_logs_a_key(stack: Stack, tmp_path: Path) -> None:
    authority = tmp_path / "root.crt"
    authority.write_bytes(stack.authority())
    visitor = hub_names.session(authority=str(authority))
    address = f"{stack.portal_url}/accounts/password/reset/key/{KEY}/"
    visitor.get(address, params={"code": KEY}, timeout=10)
    stack.compose("stop", "portal")
    try:
        answer = visitor.get(address, params={"code": KEY}, timeout=10)
    finally:
        stack.compose("up", "--detach", "--wait", "portal")

    assert answer.status_code == requests.codes.bad_gateway
    assert "/reset/key/…" in stack.compose("logs", "--no-log-prefix", "portal")
    # Caddy 2.6 logs no error to which it has responded itself; later versions may.
    for service in ("portal", "edge"):
        assert KEY not in stack.compose("logs", "--no-log-prefix", service)
