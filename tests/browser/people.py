"""Steps of people in the portal and in their Lab."""

import itertools
import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.running_system import RunningSystem

PASSWORD = "Parvaneh-dar-bad-81"
_numbers = itertools.count(1)

# Starting a real JupyterLab takes seconds, on a busy machine many.
SLOW = 60_000  # milliseconds


@dataclass(frozen=True)
class Person:
    username: str
    email: str

    @property
    def lab_path(self) -> str:
        return f"/user/{self.username}/"


def somebody(name: str) -> Person:
    """Return a new person; their username is the same in the portal and on the Hub."""
    username = f"{name}{next(_numbers)}"
    return Person(username, f"{username}@example.ir")


def sign_up(page: Page, person: Person, portal_url: str) -> None:
    page.goto(f"{portal_url}/accounts/signup/")
    page.fill("[name=username]", person.username)
    page.fill("[name=email]", person.email)
    page.fill("[name=password1]", PASSWORD)
    page.click("main form [type=submit]")
    page.wait_for_url(f"{portal_url}/dashboard/**")


def sign_in(page: Page, person: Person, portal_url: str, *, password: str = PASSWORD) -> None:
    page.goto(f"{portal_url}/accounts/login/")
    page.fill("[name=login]", person.username)
    page.fill("[name=password]", password)
    page.click("main form [type=submit]")
    page.wait_for_url(f"{portal_url}/dashboard/**")


def sign_out(page: Page, portal_url: str) -> None:
    page.goto(f"{portal_url}/dashboard/")
    page.click("nav details summary")
    page.click("nav form[action='/accounts/logout/'] [type=submit]")
    page.wait_for_url(f"{portal_url}/?signed-out=1")


def expect_card(page: Page, state: str) -> None:
    expect(page.locator("#server-card")).to_have_attribute("data-state", state, timeout=SLOW)


def start(page: Page) -> None:
    expect_card(page, "stopped")
    page.click("#server-start")


def expect_lab(page: Page, person: Person, hub_url: str) -> None:
    """Wait for the Lab of the person's own server; it need not be drawn yet."""
    page.wait_for_url(lab_address(person, hub_url), timeout=SLOW, wait_until="commit")


def lab_address(person: Person, hub_url: str) -> re.Pattern[str]:
    """Match addresses in the person's server, whether it has a host name of its own or not."""
    scheme, host = hub_url.split("://")
    return re.compile(rf"^{scheme}://({person.username}\.)?{re.escape(host)}{person.lab_path}")


def status_of(page: Page, url: str) -> int:
    """Open a page in another tab of the same browser. Return the status of its response."""
    tab = page.context.new_page()
    response = tab.goto(url)
    assert response is not None
    tab.close()
    return response.status


def sign_up_and_start(page: Page, name: str, system: RunningSystem) -> Person:
    """Return a new person of this name, whose Lab is open in the page."""
    person = somebody(name)
    sign_up(page, person, system.portal_url)
    start(page)
    expect_lab(page, person, system.hub_url)
    return person


def expect_drawn_lab(page: Page) -> None:
    page.wait_for_selector("#jp-top-panel", timeout=SLOW)


def stop(page: Page, portal_url: str) -> None:
    page.goto(f"{portal_url}/dashboard/")
    expect_card(page, "ready")
    page.click("#server-stop-toggle")
    page.click("#server-stop")
    expect_card(page, "stopped")
