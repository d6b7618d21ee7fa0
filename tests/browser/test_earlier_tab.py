"""Tab from before a sign-in: it reloads, and shows nobody else's card."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from tests.browser.live_pages import Opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in_elsewhere(page: Page, live_server: LiveServer, name: str) -> None:
    """Sign in in another tab of the same browser."""
    page.context.clear_cookies()
    tab = page.context.new_page()
    tab.goto(f"{live_server.url}/accounts/login/")
    tab.fill("[name=login]", name)
    tab.fill("[name=password]", f"{name}-s-password")
    tab.click("main form [type=submit]")
    tab.wait_for_url(f"{live_server.url}/dashboard/**")
    tab.close()


def test_button_of_earlier_tab_reloads_the_page(
    open_page: Opened, live_server: LiveServer, student: User
) -> None:
    page = open_page("/dashboard/")
    sign_in_elsewhere(page, live_server, "sara")

    page.click("#server-start")

    expect(page.locator(".notice--warning").first).to_contain_text("یک بار دیگر")
    assert not SpawnRequest.objects.exists()
    page.click("#server-start")
    expect(page.locator("#server-card")).to_have_attribute("data-state", "queued")


def test_earlier_tab_shows_no_card_of_another(
    open_page: Opened, live_server: LiveServer, student: User, omid: User
) -> None:
    page = open_page("/dashboard/")
    expect(page.locator(".greeting")).to_contain_text("sara")
    sign_in_elsewhere(page, live_server, "omid")

    page.evaluate("htmx.trigger('#server-card', 'refresh')")

    expect(page.locator(".greeting")).to_contain_text("omid")


def test_session_of_somebody_else_reloads_recent_starts(
    client: Client, student: User, omid: User
) -> None:
    client.force_login(omid)

    answer = client.get(f"/dashboard/?of={student.pk}", headers={"hx-request": "true"})

    assert answer.headers["HX-Refresh"] == "true"
