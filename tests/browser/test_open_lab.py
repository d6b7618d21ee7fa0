"""Lab that is open and untouched: it counts as use, as the dashboard says."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.people import expect_card, expect_drawn_lab, sign_up_and_start
from tests.running_system import RunningSystem
from tests.system.hub import hub_client
from tests.system.process_table import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.system]

# A Lab asks its server every ten seconds, and the Hub reads that every ten seconds.
IDLE_TIMEOUT = timedelta(seconds=30)


@pytest.fixture
def running_system(tmp_path: Path) -> Iterator[RunningSystem]:
    settings = {"IDLE_TIMEOUT": str(int(IDLE_TIMEOUT.total_seconds()))}
    with RunningSystem.start(tmp_path / "var", settings) as copy:
        yield copy


def test_untouched_lab_in_view_keeps_its_server(page: Page, running_system: RunningSystem) -> None:
    sara = sign_up_and_start(page, "sara", running_system)
    expect_drawn_lab(page)
    hub = hub_client(running_system)

    def used_for() -> timedelta:
        server = hub.get_user(sara.username).server
        assert server is not None, "the server was stopped although its Lab was open"
        return server.last_activity - server.started if server.last_activity else timedelta(0)

    assert wait_until(lambda: used_for() > 1.5 * IDLE_TIMEOUT, 90)

    page.goto("about:blank")
    assert wait_until(lambda: hub.get_user(sara.username).server is None, 90)
    page.goto(f"{running_system.portal_url}/dashboard/")
    expect_card(page, "stopped")
    assert page.locator("#server-stop-reason").get_attribute("data-cause") == "idle"
