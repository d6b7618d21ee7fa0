"""Logs of the containers: no key of a reset link, whether the portal answers or not."""

from __future__ import annotations

import requests

from tests.smoke.stack import Stack

KEY = "w-diox6c-afdc0123456789"


def test_no_container_logs_a_key(stack: Stack) -> None:
    address = f"{stack.portal_url}/accounts/password/reset/key/{KEY}/"
    requests.get(address, params={"code": KEY}, timeout=10)
    stack.compose("stop", "portal")
    try:
        answer = requests.get(address, params={"code": KEY}, timeout=10)
    finally:
        stack.compose("up", "--detach", "--wait", "portal")

    assert answer.status_code == requests.codes.bad_gateway
    for service in ("portal", "edge"):
        log = stack.compose("logs", "--no-log-prefix", service)
        assert "/reset/key/…" in log
        assert KEY not in log
