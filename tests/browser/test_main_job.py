"""The main job: a person signs up, starts their server and works in it, with one sign-in."""

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, TimeoutError, expect

from tests.browser.live_pages import poll
from tests.browser.people import (
    SLOW,
    Person,
    expect_card,
    expect_drawn_lab,
    expect_lab,
    sign_out,
    sign_up,
    sign_up_and_start,
    somebody,
    start,
    status_of,
    stop,
)
from tests.running_system import RunningSystem

pytestmark = [pytest.mark.browser]


def test_whole_job_from_sign_up_to_sign_out(page: Page, running_system: RunningSystem) -> None:
    sara = somebody("sara")
    sign_up(page, sara, running_system.portal_url)
    start(page)

    seen = record_progress_until_lab(page)
    expect_lab(page, sara, running_system.hub_url)
    expect_drawn_lab(page)
    assert seen == sorted(seen)
    assert len(set(seen)) >= 2, f"the progress did not move: {seen}"

    run_cell(page)
    # The dashboard of a ready server does not lead back to the Lab by itself.
    page.goto(f"{running_system.portal_url}/dashboard/")
    expect_card(page, "ready")
    assert poll(page).ok
    assert page.url == f"{running_system.portal_url}/dashboard/"
    stop(page, running_system.portal_url)
    sign_out(page, running_system.portal_url)
    page.goto(f"{running_system.lab_url(sara.username)}/lab")
    page.wait_for_url(f"{running_system.portal_url}/accounts/login/**")


def record_progress_until_lab(page: Page) -> list[int]:
    """Return the percentages that the page showed until it went to the Lab."""
    seen: list[int] = []
    # Playwright cannot expose a built-in such as seen.append.
    page.expose_function("recordProgress", lambda percent: seen.append(percent))
    page.evaluate(
        """() => new MutationObserver(() => {
            const bar = document.querySelector('#server-card [role=progressbar]');
            // In the queue the bar has no value.
            if (bar) recordProgress(Number(bar.ariaValueNow ?? 0));
        }).observe(document.body, {subtree: true, childList: true, attributes: true})"""
    )
    page.wait_for_url(re.compile(r"/user/[^/]+/lab"), timeout=SLOW, wait_until="commit")
    return seen


def run_cell(page: Page) -> None:
    """Compute 6 * 7 in the kernel, which is reached over a websocket through the proxy."""
    page.locator(".jp-LauncherCard").first.click(timeout=SLOW)
    cell = page.locator(".jp-Notebook .jp-CodeCell .cm-content").first
    expect(page.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute(
        "data-status", "idle", timeout=SLOW
    )
    cell.click()
    page.keyboard.type("6 * 7")
    output = page.locator(".jp-OutputArea-output").first
    for _attempt in range(6):
        # The Lab drops a cell that is run before its kernel is connected.
        page.keyboard.press("Shift+Enter")
        try:
            output.wait_for(timeout=SLOW / 6)
            break
        except TimeoutError:
            cell.click()
    expect(output).to_have_text("42")
    # The Lab must not offer to fetch news: a closed network cannot reach them.
    expect(page.get_by_text("خبرهای رسمی Jupyter")).to_have_count(0)


def test_sign_out_closes_lab_to_this_browser(page: Page, running_system: RunningSystem) -> None:
    sara = sign_up_and_start(page, "sara", running_system)

    sign_out(page, running_system.portal_url)

    assert contents_status(page, sara, running_system) == 403
    page.goto(f"{running_system.lab_url(sara.username)}/lab")
    page.wait_for_url(f"{running_system.portal_url}/accounts/login/**")


def test_next_person_at_machine_gets_own_lab(page: Page, running_system: RunningSystem) -> None:
    """Sara's portal session has expired, her Hub cookie has not. Then Omid signs up."""
    sara = sign_up_and_start(page, "sara", running_system)
    page.context.clear_cookies(domain="localhost")

    omid = sign_up_and_start(page, "omid", running_system)

    assert contents_status(page, omid, running_system) == 200
    assert contents_status(page, sara, running_system) == 403


def contents_status(page: Page, person: Person, system: RunningSystem) -> int:
    """Return the status with which the API of the person's server answers this browser."""
    return status_of(page, f"{system.lab_url(person.username)}/api/contents")


def test_two_people_cannot_reach_each_others_server(
    new_context: Callable[[], BrowserContext], running_system: RunningSystem
) -> None:
    hers, his = new_context().new_page(), new_context().new_page()
    sara = sign_up_and_start(hers, "sara", running_system)
    omid = sign_up_and_start(his, "omid", running_system)

    for page, own, other in ((hers, sara, omid), (his, omid, sara)):
        assert contents_status(page, own, running_system) == 200
        assert contents_status(page, other, running_system) == 403
        page.goto(f"{running_system.portal_url}/server/open/?next={other.lab_path}lab")
        expect_lab(page, own, running_system.hub_url)


def test_bookmark_opens_after_one_click_on_start(page: Page, running_system: RunningSystem) -> None:
    sara = somebody("sara")
    sign_up(page, sara, running_system.portal_url)
    lab = running_system.lab_url(sara.username)
    bookmark = f"{lab}/lab/tree?note=%D8%AA%D9%85%D8%B1%DB%8C%D9%86"

    page.goto(bookmark)
    page.wait_for_url(f"{running_system.portal_url}/dashboard/?next=**")
    # The Lab replaces its address once it runs, so the response is compared.
    with page.expect_response(
        lambda response: response.url == bookmark and response.ok, timeout=SLOW
    ):
        start(page)

    expect_lab(page, sara, running_system.hub_url)


def test_two_tabs_and_double_click_start_once(page: Page, running_system: RunningSystem) -> None:
    sara = somebody("sara")
    sign_up(page, sara, running_system.portal_url)
    expect_card(page, "stopped")
    other = page.context.new_page()
    other.goto(f"{running_system.portal_url}/dashboard/")
    expect_card(other, "stopped")

    page.locator("#server-start").dblclick()
    other.click("#server-start")

    expect_lab(page, sara, running_system.hub_url)
    expect_lab(other, sara, running_system.hub_url)
    page.goto(f"{running_system.portal_url}/dashboard/")
    expect(page.locator(".starts__item")).to_have_count(1)


def test_running_start_can_be_cancelled(page: Page, running_system: RunningSystem) -> None:
    sara = somebody("sara")
    sign_up(page, sara, running_system.portal_url)
    start(page)
    expect_card(page, "starting")

    page.click("#server-cancel")

    expect_card(page, "stopped")
    user = requests.get(
        f"{running_system.hub_api_url}/users/{sara.username}",
        headers={"Authorization": f"token {running_system.token}"},
        timeout=10,
    )
    assert user.json()["servers"] == {}


def test_server_starts_and_stops_without_javascript(
    new_context: Callable[..., BrowserContext], running_system: RunningSystem
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    sara = somebody("sara")
    sign_up(page, sara, running_system.portal_url)
    start(page)

    # The page reloads itself until the server is ready; then it shows a link.
    expect_card(page, "ready")
    page.click("#server-open")
    expect_lab(page, sara, running_system.hub_url)
    stop(page, running_system.portal_url)
