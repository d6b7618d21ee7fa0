"""Sign-out from JupyterLab's own menu, and a browser that was closed, with a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy.local.development import find_browser
from tests.browser.chromium import FLAGS
from tests.browser.people import SLOW, expect_drawn_lab, sign_up_and_start
from tests.running_system import RunningSystem

pytestmark = [pytest.mark.browser]


def test_lab_log_out_ends_the_portal_session(page: Page, running_system: RunningSystem) -> None:
    sara = sign_up_and_start(page, "sara", running_system)
    expect_drawn_lab(page)

    page.locator(".lm-MenuBar-item").first.click(timeout=SLOW)
    page.locator(".lm-Menu-item[data-command='hub:logout']:visible").first.click()
    page.wait_for_url(f"{running_system.portal_url}/accounts/logout/**")
    page.click("main form [type=submit]")

    page.wait_for_url(f"{running_system.portal_url}/?signed-out=1")
    expect(page.locator(".notice--success")).to_be_visible()
    for address in (
        f"{running_system.portal_url}/dashboard/",
        f"{running_system.lab_url(sara.username)}/lab",
    ):
        page.goto(address)
        page.wait_for_url(f"{running_system.portal_url}/accounts/login/**")


def test_closed_browser_has_to_sign_in_again(
    browser: Browser, running_system: RunningSystem, tmp_path: Path
) -> None:
    def open_browser() -> BrowserContext:
        return browser.browser_type.launch_persistent_context(
            tmp_path / "profile", executable_path=find_browser(), args=FLAGS
        )

    with open_browser() as context:
        sara = sign_up_and_start(context.pages[0], "sara", running_system)
        expect_drawn_lab(context.pages[0])

    with open_browser() as context:
        page = context.pages[0]
        page.goto(f"{running_system.lab_url(sara.username)}/lab")
        page.wait_for_url(f"{running_system.portal_url}/accounts/login/**")
