"""Fields for email addresses in a real browser, which checks some before it sends a form."""

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.live_pages import Opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}}


def submit(page: Page) -> None:
    page.locator("main form:has([inputmode=email], [name=login]) [type=submit]").last.click()


@pytest.mark.parametrize(
    "typed", ["ali۱۲@example.ir", "ali١٢@example.ir", "\u200fali12@example.ir"]
)
def test_sign_up_sends_an_address_of_any_keyboard(open_page: Opened, typed: str) -> None:
    page = open_page("/accounts/signup/", visitor=True, **PHONE)
    page.fill("[name=username]", "ali")
    page.fill("[name=email]", typed)
    page.fill("[name=password1]", "Parvaneh-dar-bad-81")
    submit(page)
    page.wait_for_url("**/dashboard/**")

    assert User.objects.get(username="ali").email == "ali12@example.ir"


def test_other_pages_send_an_address_of_any_keyboard(open_page: Opened, student: User) -> None:
    User.objects.filter(pk=student.pk).update(email="sara12@example.ir")

    page = open_page("/accounts/password/reset/", visitor=True, **PHONE)
    page.fill("[name=email]", "\u200fsara۱۲@example.ir")
    submit(page)
    page.wait_for_url("**/accounts/password/reset/done/")

    page = open_page("/accounts/login/?next=/accounts/email/", visitor=True, **PHONE)
    page.fill("[name=login]", "sara۱۲@example.ir\u200f")
    page.fill("[name=password]", "sara-s-password")
    submit(page)
    page.wait_for_url("**/accounts/email/")

    page.fill("[name=email]:visible", "sara۹۹@example.ir")
    page.click("[name=action_add]")
    page.fill("[name=password]", "sara-s-password")
    page.click("main form:has([name=password]) [type=submit]")
    expect(page.get_by_text("sara99@example.ir").first).to_be_visible()
    assert EmailAddress.objects.filter(user=student, email="sara99@example.ir").exists()
