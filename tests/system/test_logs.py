"""Logs of a running copy: requests with keys leave none of them."""

from __future__ import annotations

import pytest

from jupyter_integration.testing.waiting import wait_for
from tests import hub_names
from tests.running_system import RunningSystem

pytestmark = pytest.mark.system

KEY = "w-diox6c-afdc0123456789"


def test_no_log_has_a_key_of_an_address(running_system: RunningSystem) -> None:
    visitor = hub_names.session()
    for path in (
        f"/accounts/password/reset/key/{KEY}/",
        f"/accounts/confirm-email/{KEY}/",
        f"/accounts/login/?next=/server/open/%3Ftoken={KEY}",
        f"/no-such-page/reset/key/{KEY}",
    ):
        visitor.get(running_system.portal_url + path, timeout=10)
    visitor.get(f"{running_system.hub_url}/hub/oauth_callback?code={KEY}", timeout=10)

    logs = running_system.var / "logs"
    wait_for(lambda: "no-such-page/reset/key/…" in (logs / "web.log").read_text())
    assert [log.name for log in logs.glob("*.log") if KEY in log.read_text()] == []
