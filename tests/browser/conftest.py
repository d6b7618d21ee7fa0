"""Fixtures: pages of Django's live server, signed in as sara; a home with a notebook."""

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
from tests.browser.notebooks import Home, make_home
from tests.running_system import RunningSystem


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with launch() as browser:
        yield browser


@pytest.fixture(scope="package")
def home(browser: Browser, running_system: RunningSystem) -> Home:
    return make_home(browser, running_system)


@pytest.fixture
def student(sara: User) -> User:
    sara.hub_user_created_at = timezone.now()
    sara.save()
    snapshots.record(sara.pk, STOPPED_SERVER, as_of=timezone.now())
    return sara


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, student: User) -> Iterator[Opened]:
    """Open a path in a new browser context, as sara or as a visitor.

    Fails the test if a script fails or violates the Content-Security-Policy.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_path(path: str, *, visitor: bool = False, **options: object) -> Page:
        # Playwright's routes do not see what a service worker fetches.
        context = browser.new_context(**{"service_workers": "block"} | options)
        contexts.append(context)
        if not visitor:
            client = Client()
            client.force_login(student)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session}
            context.add_cookies([{**cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: record_violation(page.url, message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(live_server.url + path)
        return page

    def record_violation(address: str, text: str) -> None:
        if "Content Security Policy" in text:
            faults.append(f"{address}: {text}")

    yield open_path
    for context in contexts:
        context.close()
    assert faults == []
