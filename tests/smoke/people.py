"""First steps of a person on the system in containers."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.people import Person, expect_lab, sign_up, start
from tests.smoke.stack import Stack


def sign_up_and_start(page: Page, person: Person, stack: Stack) -> None:
    sign_up(page, person, stack.portal_url)
    start(page)
    expect_lab(page, person, stack.hub_url)
