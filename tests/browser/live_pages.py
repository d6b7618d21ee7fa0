"""Pages of Django's live server, without a Hub: the tests write rows and snapshots themselves."""

from collections.abc import Callable

from playwright.sync_api import Page, Response

from jupyter_integration.hub.resources import Server

RUNNING = Server(
    ready=True, pending=None, url="/user/sara/", started=None, last_activity=None, stopped=False
)

Opened = Callable[..., Page]
"""Type of the fixture `open_page`."""


def poll(page: Page) -> Response:
    """Let the card poll now and not in a few seconds; return the response."""
    with page.expect_response("**/dashboard/server/**") as response:
        page.evaluate("htmx.trigger('#server-card', 'refresh')")
    return response.value


def hide(page: Page, *, hidden: bool) -> None:
    """Act as if the reader changed to another tab, or back."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
