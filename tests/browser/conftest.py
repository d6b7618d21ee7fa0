"""Chromium, and a running copy of the portal for it."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from deploy.local.development import find_browser
from jupyter_integration import snapshots
from jupyter_integration.hub.resources import STOPPED_SERVER
from tests.browser.live_pages import Opened
from tests.running_system import RunningSystem

# Chromium itself would look for updates and for its maker's hosts.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # Chromium refuses its sandbox to root
]


HAS_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[HAS_FAILED] = report.failed or item.stash.get(HAS_FAILED, False)
    return report


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ends before other tests come: until then Playwright keeps an event loop in this thread,
    and asyncio.run, Django's ORM and ast.parse get on badly with that.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=find_browser(), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def new_context(
    browser: Browser, running_system: RunningSystem, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., BrowserContext]]:
    """Make browsers of their own: each has its own cookies, and asks no host but ours."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []
    ours = {urlsplit(running_system.portal_url).netloc, urlsplit(running_system.hub_url).netloc}

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(locale="en-US", **options)
        context.on("request", lambda sent: note_foreign_host(sent.url))
        context.on("console", lambda message: note_policy_violation(message.text))
        contexts.append(context)
        return context

    def note_foreign_host(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme.startswith(("http", "ws")) and parts.netloc not in ours:
            faults.append(f"asked another host: {url}")

    def note_policy_violation(text: str) -> None:
        if "Content Security Policy" in text:
            faults.append(text)

    yield make
    for context in contexts:
        if request.node.stash[HAS_FAILED]:
            for number, page in enumerate(context.pages):
                page.screenshot(path=tmp_path / f"at-the-end-{number}.png")
        context.close()
    assert faults == []


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context().new_page()


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
