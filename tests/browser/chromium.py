"""Chromium in front of a running copy.

/conftest.py names this module as a plugin. Which copy it is, the fixture `running_system` says: of
`make up` in tests/browser, of containers in tests/smoke.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread from here to the end of the run, and Django
    # refuses to work beside one, in this folder's tests and in those that come after.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        # Debian's where it is installed, else the one that Playwright brought.
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
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
        for number, page in enumerate(context.pages):
            # For whoever looks into a failure: Chromium now and then has no picture to give.
            with suppress(Error):
                page.screenshot(path=tmp_path / f"at-the-end-{number}.png")
        context.close()
    assert faults == []


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context().new_page()
