"""Pages of Django's live server, as sara sees them."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from jupyter_integration.hub.resources import STOPPED_SERVER
from jupyter_integration.status import snapshots
from tests.browser.chromium import launch
from tests.browser.live_pages import Opened


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launch() as browser:
        yield browser


@pytest.fixture
def student(sara: User) -> User:
    sara.hub_user_created_at = timezone.now()
    sara.save()
    snapshots.record(sara.pk, STOPPED_SERVER, as_of=timezone.now())
    return sara


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, student: User) -> Iterator[Opened]:
    """Open an address in a browser of its own: sara's, or a visitor's."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(address: str, *, visitor: bool = False, **options: object) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        if not visitor:
            client = Client()
            client.force_login(student)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [
                    {
                        "name": settings.SESSION_COOKIE_NAME,
                        "value": session,
                        "url": live_server.url,
                    }
                ]
            )
        page = context.new_page()
        page.on("console", lambda message: note(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(live_server.url + address)
        return page

    def note(text: str) -> None:
        if "Content Security Policy" in text:
            faults.append(text)

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
