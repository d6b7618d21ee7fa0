"""The main job, whole: a person signs up, starts their server and works in it, signed in once."""

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, TimeoutError, expect

from tests.browser.live_pages import ask_again
from tests.browser.people import (
    SLOW,
    expect_card,
    expect_drawn_lab,
    expect_lab,
    sign_out,
    sign_up,
    somebody,
    start,
    stop,
)
from tests.running_system import RunningSystem

pytestmark = [pytest.mark.browser]


def test_from_sign_up_to_a_cell_that_ran_and_out_again(
    page: Page, running_system: RunningSystem
) -> None:
    sara = somebody("sara")
    sign_up(page, sara, running_system.portal_url)
    start(page)

    seen = follow_progress_to_the_lab(page)
    expect_lab(page, sara, running_system.hub_url)
    expect_drawn_lab(page)
    assert seen == sorted(seen)
    assert len(set(seen)) >= 2, f"the progress did not move: {seen}"

    run_a_cell(page)
    stop(page, running_system.portal_url)
    sign_out(page, running_system.portal_url)
    page.goto(f"{running_system.hub_url}{sara.lab_path}lab")
    page.wait_for_url(f"{running_system.portal_url}/accounts/login/**")


def follow_progress_to_the_lab(page: Page) -> list[int]:
    """Return the percentages that the page showed until it went to the Lab."""
    seen: list[int] = []
    page.expose_function(
        "tellProgress", lambda percent: seen.append(percent)
    )  # a built-in cannot be exposed
    page.evaluate(
        """() => new MutationObserver(() => {
            const bar = document.querySelector('#server-card [role=progressbar]');
            // In line there is nothing to tell yet, and the bar has no value.
            if (bar) tellProgress(Number(bar.ariaValueNow ?? 0));
        }).observe(document.body, {subtree: true, childList: true, attributes: true})"""
    )
    page.wait_for_url(re.compile(r"/user/[^/]+/lab"), timeout=SLOW, wait_until="commit")
    return seen


def run_a_cell(page: Page) -> None:
    """Compute over the kernel's websocket, through the proxy."""
    page.click(".jp-LauncherCard[data-category=Notebook]", timeout=SLOW)
    cell = page.locator(".jp-Notebook .jp-CodeCell .cm-content").first
    page.get_by_text("| Idle").wait_for(timeout=SLOW)
    cell.click()
    page.keyboard.type("6 * 7")
    output = page.locator(".jp-OutputArea-output").first
    for _press in range(6):
        # The Lab drops a cell that is run before its kernel is connected: one presses again.
        page.keyboard.press("Shift+Enter")
        try:
            output.wait_for(timeout=SLOW / 6)
            break
        except TimeoutError:
            cell.click()
    expect(output).to_have_text("42")
    # The Lab would ask whether to fetch news of its makers, which a closed network cannot.
    expect(page.get_by_text("Jupyter news")).to_have_count(0)


def test_sign_out_closes_the_lab_to_this_browser_while_the_server_runs_on(
    page: Page, running_system: RunningSystem
) -> None:
    sara = somebody("sara")
    sign_up(page, sara, running_system.portal_url)
    start(page)
    expect_lab(page, sara, running_system.hub_url)

    sign_out(page, running_system.portal_url)

    answer = page.request.get(f"{running_system.hub_url}{sara.lab_path}api/contents")
    assert answer.status == 403
    page.goto(f"{running_system.hub_url}{sara.lab_path}lab")
    page.wait_for_url(f"{running_system.portal_url}/accounts/login/**")


def test_on_a_shared_machine_the_next_person_gets_their_own_lab(
    page: Page, running_system: RunningSystem
) -> None:
    """Sara's portal session ended by itself; her Hub cookie lives. Then Omid sits down."""
    sara, omid = somebody("sara"), somebody("omid")
    sign_up(page, sara, running_system.portal_url)
    start(page)
    expect_lab(page, sara, running_system.hub_url)
    page.context.clear_cookies(domain="localhost")

    sign_up(page, omid, running_system.portal_url)
    start(page)

    expect_lab(page, omid, running_system.hub_url)
    assert page.request.get(f"{running_system.hub_url}{omid.lab_path}api/contents").status == 200
    assert page.request.get(f"{running_system.hub_url}{sara.lab_path}api/contents").status == 403


def test_neither_of_two_people_reaches_the_others_server(
    new_context: Callable[[], BrowserContext], running_system: RunningSystem
) -> None:
    people = {somebody("sara"): new_context(), somebody("omid"): new_context()}
    for person, context in people.items():
        page = context.new_page()
        sign_up(page, person, running_system.portal_url)
        start(page)
        expect_lab(page, person, running_system.hub_url)

    (sara, hers), (omid, his) = people.items()
    for context, own, other in ((hers, sara, omid), (his, omid, sara)):
        contents = "api/contents"
        assert (
            context.request.get(f"{running_system.hub_url}{own.lab_path}{contents}").status == 200
        )
        assert (
            context.request.get(f"{running_system.hub_url}{other.lab_path}{contents}").status == 403
        )
        page = context.new_page()
        page.goto(f"{running_system.portal_url}/server/open/?next={other.lab_path}lab")
        expect_lab(page, own, running_system.hub_url)


def test_a_bookmark_of_a_stopped_server_opens_at_its_address_after_one_press(
    page: Page, running_system: RunningSystem
) -> None:
    sara = somebody("sara")
    sign_up(page, sara, running_system.portal_url)
    bookmark = (
        f"{running_system.hub_url}{sara.lab_path}lab/tree?note=%D8%AA%D9%85%D8%B1%DB%8C%D9%86"
    )

    page.goto(bookmark)
    page.wait_for_url(f"{running_system.portal_url}/dashboard/?next=**")
    # The Lab writes addresses of its own once it runs, so it is the answer that counts.
    with page.expect_response(
        lambda answer: answer.url == bookmark and answer.status == 200, timeout=SLOW
    ):
        start(page)

    expect_lab(page, sara, running_system.hub_url)


def test_back_from_the_lab_stays_on_the_dashboard(
    page: Page, running_system: RunningSystem
) -> None:
    sara = somebody("sara")
    sign_up(page, sara, running_system.portal_url)
    start(page)
    expect_lab(page, sara, running_system.hub_url)

    page.goto(f"{running_system.portal_url}/dashboard/")
    expect_card(page, "ready")
    assert ask_again(page).ok
    assert page.url == f"{running_system.portal_url}/dashboard/"


def test_two_tabs_and_a_double_press_are_one_start(
    page: Page, running_system: RunningSystem
) -> None:
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
    assert page.locator(".starts li, table tbody tr").count() <= 1


def test_a_start_can_be_cancelled_under_way(page: Page, running_system: RunningSystem) -> None:
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


def test_everything_works_without_javascript(
    new_context: Callable[..., BrowserContext], running_system: RunningSystem
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    sara = somebody("sara")
    sign_up(page, sara, running_system.portal_url)
    start(page)

    # The page asks for itself again until the server is there; then there is a link to press.
    expect_card(page, "ready")
    page.click("#server-open")
    expect_lab(page, sara, running_system.hub_url)
    stop(page, running_system.portal_url)
