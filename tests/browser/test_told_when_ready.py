"""Outcome of a start whose page is hidden: title, icon, and a notification by consent."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import snapshots
from tests.browser.live_pages import RUNNING, Opened, hide, poll
from tests.browser.people import SLOW, expect_card, expect_lab, sign_up, somebody, start
from tests.running_system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
USUAL = "داشبورد · شاپرک"
READY = "● آماده شد · شاپرک"
FAILED = "● راه‌اندازی ناموفق بود · شاپرک"
State = SpawnRequest.State

RECORDER = """
    window.shown = [];
    window.Notification = class {
        static permission = %r;
        static async requestPermission() {
            window.asked = true;
            return (Notification.permission = %r);
        }
        constructor(title, options) {
            window.shown.push(this);
            this.title = title;
            this.body = options.body;
        }
        close() { this.closed = true; }
    };
"""
"""In place of the browser's notifications: a headless one shows none."""


@pytest.fixture
def starting(student: User) -> SpawnRequest:
    return SpawnRequest.objects.create(user=student, state=State.STARTING, progress=20)


def open_dashboard(open_page: Opened, *, permission: str = "default", answer: str = "") -> Page:
    page = open_page("/dashboard/", viewport=PHONE)
    page.add_init_script(RECORDER % (permission, answer))
    page.reload()
    return page


def become_ready(student: User) -> None:
    SpawnRequest.objects.update(state=State.READY, finished_at=timezone.now())
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())


def fail() -> None:
    SpawnRequest.objects.update(
        state=State.FAILED, failure_code="no_space", finished_at=timezone.now()
    )


def icon(page: Page) -> str:
    return str(page.eval_on_selector("link[rel=icon][type='image/svg+xml']", "({ href }) => href"))


def shown(page: Page) -> list[str]:
    return list(page.evaluate("shown.map(({ title }) => title)"))


def test_hidden_page_tells_that_it_is_ready(
    open_page: Opened, student: User, starting: SpawnRequest
) -> None:
    page = open_dashboard(open_page)
    usual_icon = icon(page)
    hide(page, hidden=True)
    become_ready(student)

    # The list of starts is refreshed from a page that has a title too.
    with page.expect_response(re.compile(r"/dashboard/\?of=")):
        expect(page).to_have_title(READY, timeout=15_000)  # it polls by itself
    page.wait_for_timeout(300)
    expect(page).to_have_title(READY)
    assert page.request.get(icon(page)).headers["content-type"] == "image/svg+xml"
    assert "icon-ready" in icon(page)
    assert shown(page) == []  # nobody asked for it

    hide(page, hidden=False)
    expect(page).to_have_title(USUAL)
    assert icon(page) == usual_icon


def test_hidden_page_tells_that_the_start_failed(open_page: Opened, starting: SpawnRequest) -> None:
    page = open_dashboard(open_page)
    hide(page, hidden=True)
    fail()
    poll(page)

    expect(page).to_have_title(FAILED)
    assert "icon-failed" in icon(page)


def test_visible_page_keeps_its_title(
    open_page: Opened, student: User, starting: SpawnRequest
) -> None:
    page = open_dashboard(open_page)
    become_ready(student)

    expect_card(page, "ready")
    expect(page).to_have_title(USUAL)


def test_hidden_page_goes_to_the_lab_once_shown(
    open_page: Opened, student: User, starting: SpawnRequest
) -> None:
    page = open_page(f"/dashboard/?follow={starting.pk}")
    hide(page, hidden=True)
    become_ready(student)
    poll(page)
    expect(page).to_have_title(READY)
    page.wait_for_timeout(1000)
    assert "/dashboard/" in page.url

    with page.expect_request(re.compile("/server/open/")):
        hide(page, hidden=False)


def test_notification_is_asked_for_by_its_button(
    open_page: Opened, student: User, starting: SpawnRequest
) -> None:
    page = open_dashboard(open_page, answer="granted")
    button = page.get_by_role("button", name="وقتی آماده شد، به من خبر داده شود")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.asked") is None
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")

    poll(page)
    SpawnRequest.objects.update(progress=60)
    poll(page)
    expect(button).to_be_focused()  # the card was replaced
    expect(button).to_have_attribute("aria-pressed", "true")

    hide(page, hidden=True)
    become_ready(student)
    poll(page)
    expect(page).to_have_title(READY)
    assert shown(page) == ["سرور شما آماده است"]
    expect(button).to_have_count(0)

    page.evaluate("window.focus = () => { window.isFocused = true; }")
    page.evaluate("shown[0].onclick()")
    assert page.evaluate("window.isFocused && shown[0].closed")


def test_choice_of_notifications_is_remembered(
    open_page: Opened, student: User, starting: SpawnRequest
) -> None:
    page = open_dashboard(open_page, permission="granted", answer="granted")
    button = page.locator("#server-notify")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")

    button.click()
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "false")
    hide(page, hidden=True)
    fail()
    poll(page)
    expect(page).to_have_title(FAILED)
    assert shown(page) == []


def test_denied_notifications_are_explained(open_page: Opened, starting: SpawnRequest) -> None:
    page = open_dashboard(open_page, answer="denied")
    page.click("#server-notify")
    expect(page.locator("#notifications-denied")).to_contain_text("عنوان این زبانه")
    expect(page.locator("#server-notify")).to_be_hidden()

    page.reload()
    expect(page.locator("#notifications-denied")).to_be_hidden()


def test_calm_card_offers_no_notification(open_page: Opened) -> None:
    page = open_dashboard(open_page)
    expect(page.locator("#server-notify")).to_have_count(0)


def test_real_start_is_told_to_a_hidden_page(
    new_context: Callable[..., BrowserContext], running_system: RunningSystem
) -> None:
    context = new_context(viewport=PHONE)
    context.add_init_script(RECORDER % ("default", "granted"))
    page = context.new_page()
    sara = somebody("sara")
    sign_up(page, sara, running_system.portal_url)
    start(page)
    page.click("#server-notify")
    hide(page, hidden=True)

    expect(page).to_have_title(READY, timeout=SLOW)
    assert shown(page) == ["سرور شما آماده است"]
    hide(page, hidden=False)
    expect_lab(page, sara, running_system.hub_url)
