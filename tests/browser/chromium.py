"""Chromium for the pages of a running system.

/conftest.py loads this module as a plugin. The fixture `running_system` is a copy of `make up` in
tests/browser and containers in tests/smoke.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from deploy.local.development import find_browser
from tests.running_system import RunningSystem

# Chromium contacts the hosts of its maker by default.
FLAGS = [
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


@contextmanager
def launch(*flags: str, program: str | None = None) -> Iterator[Browser]:
    """Launch Chromium, or a program that runs it, for a fixture with the scope of a folder.

    Playwright keeps an event loop in this thread until the end, which breaks asyncio.run, Django's
    ORM and ast.parse in tests of other folders.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(
            executable_path=program or find_browser(), args=[*FLAGS, *flags]
        )
        yield browser
        browser.close()


@pytest.fixture
def new_context(
    browser: Browser, running_system: RunningSystem, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., BrowserContext]]:
    """Make browser contexts, each with its own cookies.

    Fails the test if a page contacts a host that is not ours or violates its policy.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []
    portal, hub = (
        urlsplit(url).netloc for url in (running_system.portal_url, running_system.hub_url)
    )

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(locale="en-US", **options)
        context.on("request", lambda sent: record_foreign_host(sent.url))
        context.on("console", lambda message: record_policy_violation(message.text))
        contexts.append(context)
        return context

    def record_foreign_host(url: str) -> None:
        parts = urlsplit(url)
        ours = parts.netloc in (portal, hub) or parts.netloc.endswith(f".{hub}")
        if parts.scheme.startswith(("http", "ws")) and not ours:
            faults.append(f"contacted another host: {url}")

    def record_policy_violation(text: str) -> None:
        if "Content Security Policy" in text:
            faults.append(text)

    yield make
    for context in contexts:
        if request.node.stash[HAS_FAILED]:
            for number, page in enumerate(context.pages):
                # Chromium sometimes fails to take the screenshot.
                with suppress(Error):
                    page.screenshot(path=tmp_path / f"at-the-end-{number}.png")
        context.close()
    assert faults == []


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    return new_context().new_page()
