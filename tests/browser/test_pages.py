"""What the two scripts add to the pages, and that the pages do without them.

Against Django's live server: no Hub is needed to see what a page does with what it is told.
"""

from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from jupyter_integration.hub.resources import STOPPED_SERVER
from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import snapshots
from tests.browser.live_pages import RUNNING, Opened, ask_again

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
OLD_PHONE = {"width": 320, "height": 640}
State = SpawnRequest.State


def recent(page: Page) -> list[str]:
    """The path of every form that is sent from now on."""
    sent: list[str] = []
    page.on(
        "request",
        lambda request: sent.append(urlsplit(request.url).path) if request.method == "POST" else 0,
    )
    return sent


def test_a_start_that_is_pressed_twice_is_sent_once(open_page: Opened, student: User) -> None:
    page = open_page("/dashboard/")
    sent = recent(page)
    page.dblclick("#server-start")
    expect(page.locator("#server-card")).to_have_attribute("data-state", "queued")
    assert sent == ["/server/start/"]
    assert SpawnRequest.objects.filter(user=student).count() == 1


def test_the_second_half_of_a_double_press_does_not_cancel_the_start(open_page: Opened) -> None:
    """It may come when the card was replaced, and "Cancel" stands where "Start" was."""
    page = open_page("/dashboard/")
    sent = recent(page)
    page.evaluate(
        """() => document.addEventListener(
            "htmx:afterSwap", () => document.getElementById("server-cancel").click(), {once: true}
        )"""
    )
    page.click("#server-start")
    expect(page.locator("#server-cancel")).to_be_enabled()  # whoever presses now does mean it
    assert sent == ["/server/start/"]

    page.click("#server-cancel")
    expect(page.locator("#server-card")).not_to_have_attribute("data-state", "queued")
    assert sent == ["/server/start/", "/server/cancel/"]


def test_after_a_press_the_reader_is_at_the_new_heading(open_page: Opened) -> None:
    page = open_page("/dashboard/")
    page.focus("#server-start")
    page.keyboard.press("Enter")
    expect(page.locator("#server-card")).to_have_attribute("data-state", "queued")
    expect(page.locator("#server-heading")).to_be_focused()


def test_a_change_is_said_aloud(open_page: Opened, student: User) -> None:
    page = open_page("/dashboard/")
    announcement = page.locator("#server-announcement")
    expect(announcement).to_have_attribute("aria-live", "polite")
    expect(announcement).to_be_empty()
    ask_again(page)
    expect(announcement).to_be_empty()
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    ask_again(page)
    expect(announcement).to_have_text("سرور شما آماده است")


def test_an_open_question_and_the_focus_outlive_a_new_card(
    open_page: Opened, student: User
) -> None:
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    page = open_page("/dashboard/")
    page.click("#server-stop-toggle")
    page.focus("#server-stop")
    ask_again(page)
    expect(page.locator("#server-stop")).to_be_visible()
    expect(page.locator("#server-stop")).to_be_focused()
    page.click("#server-stop-toggle")
    expect(page.locator("#server-stop")).to_be_hidden()


def test_the_clock_of_a_start_ticks_in_persian_digits(open_page: Opened, student: User) -> None:
    SpawnRequest.objects.create(user=student, state=State.STARTING, progress=30)
    page = open_page("/dashboard/")
    page.route("**/dashboard/server/**", lambda route: route.abort())
    clock = page.locator("[data-elapsed]")
    expect(clock).to_have_text("۰:۰۳", timeout=6000)


def test_the_list_of_starts_follows_the_card(open_page: Opened, student: User) -> None:
    start = SpawnRequest.objects.create(user=student, state=State.STARTING)
    page = open_page("/dashboard/")
    expect(page.locator(".starts__item")).to_have_attribute("data-state", "starting")
    start.state, start.finished_at = State.FAILED, timezone.now()
    start.failure_code = "no_space"
    start.save()
    snapshots.record(student.pk, STOPPED_SERVER, as_of=timezone.now())
    ask_again(page)
    expect(page.locator(".starts__item")).to_have_attribute("data-state", "failed")
    expect(page.locator("#server-heading")).to_have_text("دیسک پر است")


def test_a_session_that_ended_leads_to_the_sign_in_page(open_page: Opened) -> None:
    page = open_page("/dashboard/")
    page.context.clear_cookies()
    page.evaluate("htmx.trigger('#server-card', 'refresh')")
    page.wait_for_url("**/accounts/login/?next=%2Fdashboard%2F")


def test_a_password_can_be_looked_at(open_page: Opened) -> None:
    page = open_page("/accounts/login/", visitor=True)
    page.fill("#id_password", "a secret")
    button = page.locator(".field__reveal")
    button.click()
    expect(page.locator("#id_password")).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_contain_text("پنهان")
    button.click()
    expect(page.locator("#id_password")).to_have_attribute("type", "password")


def test_the_first_mistake_has_the_focus(open_page: Opened) -> None:
    page = open_page("/accounts/signup/", visitor=True)
    page.fill("#id_username", "parisa")
    page.fill("#id_email", "nowhere")
    page.fill("#id_password1", "a-good-long-password")
    page.eval_on_selector("main form", "form => { form.noValidate = true; }")
    page.click("main form [type=submit]")
    expect(page.locator("#id_email")).to_be_focused()


def test_a_menu_closes_when_the_reader_turns_elsewhere(open_page: Opened) -> None:
    page = open_page("/dashboard/")
    menu = page.locator(".menu")
    page.click(".menu > summary")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(page.locator(".menu > summary")).to_be_focused()
    page.click(".menu > summary")
    page.click("h1")
    expect(menu).not_to_have_attribute("open", "")


def test_the_first_tab_leads_past_the_header(open_page: Opened) -> None:
    page = open_page("/dashboard/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#server-start")).to_be_focused()


# --- Without scripts ----------------------------------------------------------------------------


def test_without_scripts_a_start_is_a_plain_form(open_page: Opened, student: User) -> None:
    page = open_page("/dashboard/", java_script_enabled=False)
    page.click("#server-start")
    expect(page.locator("#server-card")).to_have_attribute("data-state", "queued")
    assert SpawnRequest.objects.filter(user=student, state=State.QUEUED).count() == 1
    page.click("#server-cancel")
    expect(page.locator("#server-card")).not_to_have_attribute("data-state", "queued")


def test_without_scripts_a_page_that_waits_loads_itself_again(
    open_page: Opened, student: User
) -> None:
    start = SpawnRequest.objects.create(user=student, state=State.STARTING)
    page = open_page("/dashboard/", java_script_enabled=False)
    expect(page.locator("#server-card")).to_have_attribute("data-state", "starting")
    start.state, start.finished_at = State.READY, timezone.now()
    start.save()
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    expect(page.locator("#server-card")).to_have_attribute("data-state", "ready", timeout=8000)


def test_without_scripts_menu_and_question_open_all_the_same(
    open_page: Opened, student: User
) -> None:
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    page = open_page("/dashboard/", java_script_enabled=False)
    page.click(".menu > summary")
    expect(page.locator(".menu__list")).to_be_visible()
    page.click(".menu > summary")
    page.click("#server-stop-toggle")
    page.click("#server-stop")
    expect(page.locator("#server-card")).to_have_attribute("data-state", "stopping")


# --- Narrow ------------------------------------------------------------------------------------

PAGES_OF_VISITORS = ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")
PAGES_OF_STUDENTS = (
    "/dashboard/",
    "/dashboard/?next=/user/sara/lab/tree/a-very-long-name-without-any-place-to-break-it.ipynb",
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/password/change/",
)


@pytest.mark.parametrize("size", [PHONE, OLD_PHONE], ids=["390 px", "320 px"])
def test_no_page_scrolls_sideways_on_a_phone(open_page: Opened, size: dict[str, int]) -> None:
    too_wide = []
    for addresses, visitor in ((PAGES_OF_VISITORS, True), (PAGES_OF_STUDENTS, False)):
        for address in addresses:
            page = open_page(address, visitor=visitor, viewport=size)
            if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                too_wide.append(address)
    assert too_wide == []


def test_what_is_pressed_is_large_enough_for_a_finger(open_page: Opened, student: User) -> None:
    """WCAG 2.2, 2.5.8: 24 CSS pixels at least, links within a sentence excepted."""
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    for address, visitor in (("/", True), ("/accounts/login/", True), ("/dashboard/", False)):
        page = open_page(address, visitor=visitor, viewport=PHONE)
        for control in page.locator(
            "a:not(.skip-link), button, summary, input:not([type=hidden])"
        ).all():
            box = control.bounding_box()
            in_a_sentence = control.evaluate(
                "e => e.tagName === 'A' && !!e.closest('p, .field__help')"
            )
            if box and control.is_visible() and not in_a_sentence:
                assert box["height"] >= 24 or control.get_attribute("type") == "checkbox", address
