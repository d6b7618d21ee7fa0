"""The offline page and its service worker, and pages on paper."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from accounts.models import User
from jupyter_integration.status import snapshots
from tests.browser.live_pages import RUNNING, Opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# As functions: the pages' policy forbids strings that Playwright would evaluate again and again.
WORKER_ANSWERS = """async () => {
    const { serviceWorker } = navigator;
    const changed = done => serviceWorker.addEventListener("controllerchange", done, {once: true});
    while (!serviceWorker.controller) await new Promise(changed);
}"""
WORKER_IS_GONE = """async () => {
    while ((await navigator.serviceWorker.getRegistrations()).length)
        await new Promise(done => setTimeout(done, 50));
}"""


def with_worker(open_page: Opened, path: str, **options: object) -> Page:
    """Return the page once the service worker answers for it."""
    page = open_page(path, service_workers="allow", **options)
    page.evaluate(WORKER_ANSWERS)
    return page


def test_offline_page_goes_with_the_network(open_page: Opened) -> None:
    page = with_worker(open_page, "/dashboard/")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("h1")).to_have_text("اتصال برقرار نیست")
    expect(page.locator("h2")).to_have_text("No connection")
    page.context.set_offline(False)
    page.click("text=همین حالا دوباره تلاش کنید")
    expect(page.locator("#server-card")).to_be_visible()


def test_worker_stores_no_page(open_page: Opened) -> None:
    page = with_worker(open_page, "/dashboard/")
    page.reload()
    assert page.evaluate("caches.keys()") == []


def test_forms_and_redirects_pass_the_worker(open_page: Opened) -> None:
    page = with_worker(open_page, "/accounts/login/", visitor=True)
    page.goto(page.url.replace("/accounts/login/", "/dashboard/"))
    page.wait_for_url("**/accounts/login/?next=*")
    page.fill("[name=login]", "sara")
    page.fill("[name=password]", "sara-s-password")
    page.click("main form [type=submit]")
    expect(page.locator("#server-card")).to_be_visible()


def test_switched_off_worker_leaves_the_browser(open_page: Opened, settings: Settings) -> None:
    page = with_worker(open_page, "/privacy/", visitor=True)
    settings.OFFLINE_PAGE = False
    page.evaluate("navigator.serviceWorker.getRegistration().then(found => found.update())")
    page.evaluate(WORKER_IS_GONE)


def test_buttons_and_menu_are_not_printed(open_page: Opened, student: User) -> None:
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    page = open_page("/dashboard/")
    page.emulate_media(media="print")
    expect(page.locator("#server-heading")).to_be_visible()
    for selector in (".site-header", ".site-footer", "#server-open", "#server-stop-toggle"):
        expect(page.locator(selector)).to_be_hidden()
