"""Pages on a phone for readers who need large letters, and fingers that need large targets."""

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page

from accounts.models import User
from jupyter_integration.status import snapshots
from tests.browser.live_pages import RUNNING, Opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
PHONE_AT_200_PERCENT_ZOOM = {"width": 195, "height": 422}
FINGER = 44  # CSS pixels
CONTROLS = "a:visible, button:visible, summary:visible, input:not([type=checkbox]):visible"
VISITOR_PAGES = ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")
STUDENT_PAGES = (
    "/dashboard/",
    "/dashboard/?next=/user/sara/lab/tree/a-very-long-name-without-any-place-to-break-it.ipynb",
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/help/ask/",
    "/privacy/",
)
PAGES = [*((path, True) for path in VISITOR_PAGES), *((path, False) for path in STUDENT_PAGES)]


@pytest.fixture(autouse=True)
def running(student: User) -> None:
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_no_page_scrolls_sideways_at_200_percent_zoom(open_page: Opened) -> None:
    widths = {
        path: overflow(open_page(path, visitor=visitor, viewport=PHONE_AT_200_PERCENT_ZOOM))
        for path, visitor in PAGES
    }
    assert {path: excess for path, excess in widths.items() if excess > 0} == {}


def test_no_page_scrolls_sideways_with_double_letters(open_page: Opened) -> None:
    too_wide = {}
    for path, visitor in PAGES:
        page = open_page(path, visitor=visitor, viewport=PHONE)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        if excess := overflow(page):
            too_wide[path] = excess
        for button in page.locator(".btn:visible").all():
            if button.evaluate("e => e.scrollWidth > e.clientWidth + 1"):
                too_wide[f"{path} {button.inner_text()}"] = 1
    assert too_wide == {}


def test_targets_have_the_size_of_a_finger(open_page: Opened) -> None:
    """Except links within a sentence, which WCAG 2.2 excepts too. A check box has its label."""
    small = {}
    for path, visitor in PAGES:
        page = open_page(path, visitor=visitor, viewport=PHONE)
        for control in page.locator(CONTROLS).all():
            box = control.bounding_box()
            if box and min(box["width"], box["height"]) < FINGER and not in_sentence(control):
                small[f"{path} {control.inner_text()}"] = (box["width"], box["height"])
    assert small == {}


def in_sentence(control: Locator) -> bool:
    return bool(
        control.evaluate(
            """e => e.matches('.skip-link') || (e.tagName === 'A'
            && [...(e.closest('p, dd, li, .field__help')?.childNodes ?? [])].some(
                (part) => part.nodeType === 3 && /[^\\s·]/.test(part.data)))"""
        )
    )
