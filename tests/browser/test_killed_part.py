"""A part of the system is killed during a start: the start takes longer and ends in the Lab."""

import os
import re
import signal

import pytest
from playwright.sync_api import Page

from tests.browser.people import SLOW, expect_card, expect_lab, sign_up, somebody, start
from tests.running_system import RunningSystem
from tests.system.parts import parts_of

pytestmark = [pytest.mark.browser]


@pytest.mark.parametrize("part", ["spawn-worker", "web", "jupyterhub"])
def test_killed_part_only_delays_a_start(
    page: Page, running_system: RunningSystem, part: str
) -> None:
    nasrin = somebody("nasrin")
    sign_up(page, nasrin, running_system.portal_url)
    expect_card(page, "stopped")
    shown = record_states(page)
    start(page)
    page.wait_for_selector("#server-card[data-busy]", timeout=SLOW)

    os.kill(parts_of(running_system)[part], signal.SIGKILL)

    page.wait_for_url(re.compile(r"/user/[^/]+/lab"), timeout=2 * SLOW, wait_until="commit")
    expect_lab(page, nasrin, running_system.hub_url)
    assert set(shown) <= {"stopped", "queued", "starting", "ready"}, shown


def record_states(page: Page) -> list[str]:
    """Return a list that grows by each state that the page shows until it leaves the dashboard."""
    shown: list[str] = []
    page.expose_function("recordState", lambda state: shown.append(state))
    page.evaluate(
        """() => new MutationObserver(() => {
            const card = document.querySelector('#server-card');
            recordState(card ? card.dataset.state : 'gone');
        }).observe(document.body, {subtree: true, childList: true, attributes: true})"""
    )
    return shown
