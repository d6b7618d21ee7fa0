"""Ways back into the Lab when its server had stopped: addresses with "#", and "Restart"."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import (
    PASSWORD,
    SLOW,
    expect_card,
    expect_drawn_lab,
    expect_lab,
    sign_out,
    sign_up,
    sign_up_and_start,
    somebody,
    start,
    stop,
)
from tests.running_system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.system]


def test_fragment_survives_sign_in_and_start(page: Page, running_system: RunningSystem) -> None:
    sara = somebody("sara")
    sign_up(page, sara, running_system.portal_url)
    expect_card(page, "stopped")
    sign_out(page, running_system.portal_url)
    bookmark = f"{running_system.lab_url(sara.username)}/lab/tree/a.md#part-2"

    page.goto(bookmark)
    page.wait_for_url(f"{running_system.portal_url}/accounts/login/**")
    page.fill("[name=login]", sara.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main form [type=submit]")
    page.wait_for_url(f"{running_system.portal_url}/dashboard/?next=**")
    start(page)

    expect_lab(page, sara, running_system.hub_url)
    assert page.evaluate("performance.getEntriesByType('navigation')[0].name") == bookmark


def accept_dialog(page: Page, title: str) -> None:
    """Accept JupyterLab's dialog of this title.

    JupyterLab shows one dialog at a time. Others, such as of a kernel whose server stops, may come
    first, and stay until somebody dismisses them.
    """
    other = page.locator(".jp-Dialog").filter(has_not_text=title)
    # Another one may follow at once, so Playwright does not wait until none is left.
    page.add_locator_handler(other, lambda: dismiss(other), no_wait_after=True)
    dialog = page.locator(".jp-Dialog", has_text=title)
    dialog.locator(".jp-mod-accept").click(timeout=SLOW)
    page.remove_locator_handler(other)


def dismiss(dialog: Locator) -> None:
    print("JupyterLab's other dialog:", dialog.inner_text())  # shown if the test fails
    dialog.locator(".jp-Dialog-button").first.click()


def test_restart_in_the_lab_keeps_its_open_notebook(
    page: Page, running_system: RunningSystem
) -> None:
    sara = sign_up_and_start(page, "sara", running_system)
    expect_drawn_lab(page)
    page.locator(".jp-LauncherCard").first.click(timeout=SLOW)
    notebook = page.locator(".lm-TabBar-tabLabel", has_text="Untitled.ipynb")
    with page.expect_response(
        lambda answer: "/lab/api/workspaces/" in answer.url and answer.request.method == "PUT",
        timeout=SLOW,
    ):
        expect(notebook.first).to_be_visible(timeout=SLOW)
    expect(page.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute(
        "data-status", "idle", timeout=SLOW
    )
    other = page.context.new_page()
    stop(other, running_system.portal_url)
    other.close()

    with page.context.expect_page(timeout=SLOW) as opened:
        accept_dialog(page, "سرور در دسترس نیست")
    restart = opened.value
    restart.wait_for_url(f"{running_system.portal_url}/dashboard/?from=lab", timeout=SLOW)
    start(restart)
    expect_card(restart, "ready")
    expect(restart.locator("#lab-in-other-tab")).to_be_visible()
    assert restart.url.startswith(f"{running_system.portal_url}/dashboard/")

    page.reload()
    expect_lab(page, sara, running_system.hub_url)
    expect(notebook.first).to_be_visible(timeout=SLOW)
