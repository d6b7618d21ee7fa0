"""Pages of Django's live server: no Hub is needed to see what a page does with what it is told."""

from collections.abc import Callable

from playwright.sync_api import Page, Response

from jupyter_integration.hub.resources import Server

RUNNING = Server(
    ready=True, pending=None, url="/user/sara/", started=None, last_activity=None, stopped=False
)

Opened = Callable[..., Page]
"""Open an address in a browser of its own: sara's, or a visitor's."""


def ask_again(page: Page) -> Response:
    """What the card does every few seconds, at once."""
    with page.expect_response("**/dashboard/server/**") as answer:
        page.evaluate("htmx.trigger('#server-card', 'refresh')")
    return answer.value
