"""Deletion of one's account, from the profile page to the closed door."""

from playwright.sync_api import Page, expect

from tests.browser.people import PASSWORD, sign_up, somebody
from tests.running_system import RunningSystem


def test_person_deletes_own_account(page: Page, running_system: RunningSystem) -> None:
    portal = running_system.portal_url
    sara = somebody("sara")
    sign_up(page, sara, portal)
    page.goto(f"{portal}/accounts/profile/")
    page.click("a[href='/accounts/delete/']")
    page.check("[name=understood]")
    page.click("main form [type=submit]")
    page.fill("[name=password]", PASSWORD)
    page.click("main form [type=submit]")
    page.wait_for_url(f"{portal}/")
    expect(page.locator("main")).to_contain_text("حساب شما حذف شد")

    page.goto(f"{portal}/accounts/login/")
    page.fill("[name=login]", sara.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main form [type=submit]")
    expect(page.locator("main form [name=password]")).to_be_visible()
