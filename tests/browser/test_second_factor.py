"""Second step of the sign-in in a real browser: an authenticator app, and passkeys of a device."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.tests.second_factor.app import PASSWORD, App
from portal.persian.text import persian_digits
from tests.browser.live_pages import Opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}}
SECURITY = "/accounts/2fa/"


@pytest.fixture(autouse=True)
def portal_url(settings: Settings, live_server: LiveServer) -> None:
    settings.PORTAL_URL = live_server.url  # passkeys belong to it


@pytest.fixture
def page(open_page: Opened, student: User) -> Page:
    """Sara's browser on her phone, signed in by password, on the page of sign-in security."""
    EmailAddress.objects.create(user=student, email=student.email, primary=True, verified=True)
    page = open_page("/accounts/login/?next=/accounts/2fa/", visitor=True, **PHONE)
    enter_password(page)
    page.wait_for_url(f"**{SECURITY}")
    return page


def enter_password(page: Page) -> None:
    page.fill("[name=login]", "sara")
    page.fill("[name=password]", PASSWORD)
    page.click("main form:has([name=password]) [type=submit]")


def confirm_with_password(page: Page) -> None:
    page.wait_for_url("**/accounts/reauthenticate/**")
    page.fill("[name=password]", PASSWORD)
    page.click("main form [type=submit]")


class Device:
    """Device of the browser: a fingerprint reader that agrees at once."""

    def __init__(self, page: Page) -> None:
        self.devtools = page.context.new_cdp_session(page)
        self.devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.number = added["authenticatorId"]

    def accept_fingerprints(self, accepted: bool) -> None:
        self.devtools.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": self.number, "isUserVerified": accepted},
        )


def add_passkey(page: Page) -> None:
    page.click("a[href='/accounts/2fa/webauthn/add/']")
    confirm_with_password(page)
    page.wait_for_url("**/webauthn/add/")
    page.click("#passkey-add")
    page.wait_for_url("**/recovery-codes/")


def sign_out(page: Page) -> None:
    """Forget the session, and keep the device."""
    page.context.clear_cookies()


def fits_width(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_app_is_set_up_and_signs_in(page: Page, live_server: LiveServer) -> None:
    page.click("a[href='/accounts/2fa/totp/activate/']")
    confirm_with_password(page)
    picture = page.locator("img.qr")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 0
    page.click("details summary:has-text('اسکن')")
    app = App(page.inner_text("code.secret").replace(" ", ""))
    assert fits_width(page)
    page.fill("[name=code]", persian_digits(app.code()))
    page.click("main form [type=submit]")
    page.wait_for_url("**/recovery-codes/")
    expect(page.locator(".codes li")).to_have_count(10)
    expect(page.locator("[data-print]")).to_be_visible()
    assert fits_width(page)

    sign_out(page)
    page.goto(f"{live_server.url}/help/ask/")
    enter_password(page)
    page.wait_for_url("**/authenticate/")
    page.fill("[name=code]", persian_digits(app.code(half_minutes=1)))
    page.keyboard.press("Enter")
    page.wait_for_url("**/help/ask/")


def test_passkey_signs_in_without_password(page: Page, live_server: LiveServer) -> None:
    Device(page)
    add_passkey(page)

    sign_out(page)
    page.goto(f"{live_server.url}/help/ask/")
    page.click("#passkey-login")
    page.wait_for_url("**/help/ask/")


def test_passkey_is_second_step_after_password(page: Page, live_server: LiveServer) -> None:
    Device(page)
    add_passkey(page)

    sign_out(page)
    page.goto(f"{live_server.url}/help/ask/")
    enter_password(page)
    page.wait_for_url("**/authenticate/")
    page.click("#passkey-authenticate")
    page.wait_for_url("**/help/ask/")


def test_passkey_confirms_a_change(page: Page, live_server: LiveServer) -> None:
    Device(page)
    add_passkey(page)
    number = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk

    sign_out(page)
    page.goto(f"{live_server.url}{SECURITY}")
    page.click("#passkey-login")
    page.wait_for_url(f"**{SECURITY}")
    page.click(f"a[href='/accounts/2fa/webauthn/keys/{number}/remove/']")
    page.click("text=استفاده از گذرکلید")
    page.click("#passkey-confirm")
    page.wait_for_url("**/remove/")
    expect(page.locator(".notice--warning")).to_contain_text("آخرین مرحلهٔ دوم")
    page.click(".btn-danger")
    page.wait_for_url(f"**{SECURITY}")
    assert not Authenticator.objects.exists()


def test_refused_passkey_is_explained(page: Page, live_server: LiveServer) -> None:
    device = Device(page)
    add_passkey(page)
    sign_out(page)
    page.goto(f"{live_server.url}/accounts/login/")
    expect(page.locator("[data-problem=failed]")).to_be_hidden()

    device.accept_fingerprints(False)
    page.click("#passkey-login")

    expect(page.locator("[data-problem=failed]")).to_be_visible()
    device.accept_fingerprints(True)
    page.click("#passkey-login")
    page.wait_for_url("**/dashboard/")
