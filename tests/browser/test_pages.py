"""Scripts of the pages, the pages without scripts, and the pages on a phone."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.resources import STOPPED_SERVER
from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import snapshots
from portal.help_pages import Topic
from tests.browser.live_pages import RUNNING, Opened, poll

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
OLD_PHONE = {"width": 320, "height": 640}
State = SpawnRequest.State


def record_posts(page: Page) -> list[str]:
    """Return a list that grows by the path of each form that is sent from now on."""
    sent: list[str] = []
    page.on(
        "request",
        lambda request: sent.append(urlsplit(request.url).path) if request.method == "POST" else 0,
    )
    return sent


def test_double_click_on_start_is_sent_once(open_page: Opened, student: User) -> None:
    page = open_page("/dashboard/")
    sent = record_posts(page)
    page.dblclick("#server-start")
    expect(page.locator("#server-card")).to_have_attribute("data-state", "queued")
    assert sent == ["/server/start/"]
    assert SpawnRequest.objects.filter(user=student).count() == 1


def test_second_click_of_double_click_cancels_nothing(open_page: Opened) -> None:
    """It may come after the card was replaced, when "Cancel" is where "Start" was."""
    page = open_page("/dashboard/")
    sent = record_posts(page)
    page.evaluate(
        """() => document.addEventListener(
            "htmx:afterSwap", () => document.getElementById("server-cancel").click(), {once: true}
        )"""
    )
    page.click("#server-start")
    expect(page.locator("#server-cancel")).to_be_enabled()  # a click from now on is intended
    assert sent == ["/server/start/"]

    page.click("#server-cancel")
    expect(page.locator("#server-card")).not_to_have_attribute("data-state", "queued")
    assert sent == ["/server/start/", "/server/cancel/"]


def test_focus_is_on_new_heading_after_start(open_page: Opened) -> None:
    page = open_page("/dashboard/")
    page.focus("#server-start")
    page.keyboard.press("Enter")
    expect(page.locator("#server-card")).to_have_attribute("data-state", "queued")
    expect(page.locator("#server-heading")).to_be_focused()


def test_new_state_is_announced_and_progress_is_not(open_page: Opened, student: User) -> None:
    start = SpawnRequest.objects.create(user=student, state=State.STARTING, progress=20)
    page = open_page("/dashboard/")
    announcement = page.locator("#server-announcement")
    expect(announcement).to_have_attribute("aria-live", "polite")
    for progress, message in ((40, "یک"), (60, "دو")):
        SpawnRequest.objects.update(progress=progress, message=message)
        expect(page.locator("#server-progress")).to_have_attribute("aria-valuenow", str(progress))
        expect(announcement).to_be_empty()

    SpawnRequest.objects.filter(pk=start.pk).update(state=State.READY, finished_at=timezone.now())
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    expect(announcement).to_have_text("سرور شما آماده است")


def test_open_confirmation_and_focus_survive_new_card(open_page: Opened, student: User) -> None:
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    page = open_page("/dashboard/")
    page.click("#server-stop-toggle")
    page.focus("#server-stop")
    poll(page)
    expect(page.locator("#server-stop")).to_be_visible()
    expect(page.locator("#server-stop")).to_be_focused()
    page.click("#server-stop-toggle")
    expect(page.locator("#server-stop")).to_be_hidden()


def test_dismissed_steps_leave_the_focus_on_the_card(open_page: Opened, student: User) -> None:
    page = open_page("/dashboard/")
    page.click("#server-start")
    expect(page.locator("#server-card")).to_have_attribute("data-state", "queued")
    followed = page.url
    page.focus("#first-steps button")
    page.keyboard.press("Enter")
    expect(page.locator("#first-steps")).to_have_count(0)
    expect(page.locator("#server-heading")).to_be_focused()
    assert page.url == followed  # not loaded again: the page still goes to the Lab by itself
    page.reload()
    expect(page.locator("#first-steps")).to_have_count(0)


def test_elapsed_time_counts_in_persian_digits(open_page: Opened, student: User) -> None:
    SpawnRequest.objects.create(user=student, state=State.STARTING, progress=30)
    page = open_page("/dashboard/")
    page.route("**/dashboard/server/**", lambda route: route.abort())
    expect(page.locator("[data-elapsed]")).to_have_text("۰:۰۳", timeout=6000)


def test_list_of_starts_follows_the_card(open_page: Opened, student: User) -> None:
    start = SpawnRequest.objects.create(user=student, state=State.STARTING)
    page = open_page("/dashboard/")
    expect(page.locator(".starts__item")).to_have_count(0)  # the card shows the open start
    start.state, start.finished_at = State.FAILED, timezone.now()
    start.failure_code = "no_space"
    start.save()
    snapshots.record(student.pk, STOPPED_SERVER, as_of=timezone.now())
    poll(page)
    expect(page.locator(".starts__item")).to_have_attribute("data-state", "failed")
    expect(page.locator("#server-heading")).to_have_text("دیسک پر است")


def test_expired_session_leads_to_sign_in_page(open_page: Opened) -> None:
    page = open_page("/dashboard/")
    page.context.clear_cookies()
    page.evaluate("htmx.trigger('#server-card', 'refresh')")
    page.wait_for_url("**/accounts/login/?next=%2Fdashboard%2F")


def test_password_can_be_shown_and_hidden(open_page: Opened) -> None:
    page = open_page("/accounts/login/", visitor=True)
    page.fill("#id_password", "a secret")
    button = page.locator(".field__reveal")
    button.click()
    expect(page.locator("#id_password")).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_contain_text("پنهان")
    button.click()
    expect(page.locator("#id_password")).to_have_attribute("type", "password")


def test_menu_closes_on_escape_and_outside_click(open_page: Opened) -> None:
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


def test_stop_question_closes_on_escape(open_page: Opened, student: User) -> None:
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    page = open_page("/dashboard/")
    poll(page)  # a card that htmx has replaced
    page.click("#server-stop-toggle")
    page.focus("#server-stop")
    page.keyboard.press("Escape")
    expect(page.locator("#server-stop")).to_be_hidden()
    expect(page.locator("#server-stop-toggle")).to_be_focused()


def test_first_tab_stop_skips_the_header(open_page: Opened) -> None:
    page = open_page("/dashboard/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#server-start")).to_be_focused()


# --- Without scripts ----------------------------------------------------------------------------


def test_start_and_cancel_work_without_scripts(open_page: Opened, student: User) -> None:
    page = open_page("/dashboard/", java_script_enabled=False)
    page.click("#server-start")
    expect(page.locator("#server-card")).to_have_attribute("data-state", "queued")
    assert SpawnRequest.objects.filter(user=student, state=State.QUEUED).count() == 1
    page.click("#server-cancel")
    expect(page.locator("#server-card")).not_to_have_attribute("data-state", "queued")


def test_steps_are_dismissed_without_scripts(open_page: Opened) -> None:
    page = open_page("/dashboard/", java_script_enabled=False)
    page.click("#first-steps button")
    page.wait_for_url("**/dashboard/")
    expect(page.locator("#server-card")).to_be_visible()
    expect(page.locator("#first-steps")).to_have_count(0)


def test_waiting_page_reloads_itself_without_scripts(open_page: Opened, student: User) -> None:
    start = SpawnRequest.objects.create(user=student, state=State.STARTING)
    page = open_page("/dashboard/", java_script_enabled=False)
    expect(page.locator("#server-card")).to_have_attribute("data-state", "starting")
    start.state, start.finished_at = State.READY, timezone.now()
    start.save()
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    expect(page.locator("#server-card")).to_have_attribute("data-state", "ready", timeout=8000)


def test_menu_and_confirmation_open_without_scripts(open_page: Opened, student: User) -> None:
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    page = open_page("/dashboard/", java_script_enabled=False)
    page.click(".menu > summary")
    expect(page.locator(".menu > .menu__list")).to_be_visible()
    page.click(".menu > summary")
    page.click("#server-stop-toggle")
    page.click("#server-stop")
    expect(page.locator("#server-card")).to_have_attribute("data-state", "stopping")


# --- Phones ------------------------------------------------------------------------------------

VISITOR_PAGES = (
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/help/",
    *(f"/help/{topic}/" for topic in Topic),
)
STUDENT_PAGES = (
    "/dashboard/",
    "/dashboard/?next=/user/sara/lab/tree/a-very-long-name-without-any-place-to-break-it.ipynb",
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/help/ask/",
)
FAILURE_PAGES = ("/dashboard/", "/help/ask/?about=S{}")


def test_no_page_scrolls_sideways_on_old_phone(open_page: Opened, student: User) -> None:
    def scrolls_sideways(path: str, *, visitor: bool = False) -> bool:
        page = open_page(path, visitor=visitor, viewport=OLD_PHONE)
        return bool(page.evaluate("document.documentElement.scrollWidth") > OLD_PHONE["width"])

    too_wide = [path for path in VISITOR_PAGES if scrolls_sideways(path, visitor=True)]
    too_wide += [path for path in STUDENT_PAGES if scrolls_sideways(path)]
    failed = SpawnRequest.objects.create(
        user=student,
        state=State.FAILED,
        failure_code=FailureCode.NO_SPACE,
        finished_at=timezone.now() + timedelta(seconds=1),
    )
    too_wide += [path for path in FAILURE_PAGES if scrolls_sideways(path.format(failed.pk))]
    assert too_wide == []
