"""Scene of an attack: mallory's server answers strangers with a page that attacks its visitors.

Her `~/.jupyter` is the folder home/. Any system that people reach with a browser can be attacked;
how files get into a person's home is the system's own matter.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.people import SLOW, Person, expect_lab, sign_up, somebody, start

HOME = Path(__file__).with_name("home")


class System(Protocol):
    """Addresses in browsers."""

    @property
    def portal_url(self) -> str: ...

    @property
    def hub_url(self) -> str: ...

    def lab_url(self, name: str) -> str: ...


class Homes(Protocol):
    """Homes of people, which their servers see."""

    def copy_into(self, person: Person, folder: Path, name: str) -> None:
        """Copy a folder under this name into the home of a person, who has no server yet."""

    def read(self, person: Person, path: str) -> str:
        """Return the text of a file in the person's home."""


class Scene:
    """Mallory's hostile server, her browser profile, and her victims."""

    def __init__(self, system: System, homes: Homes, browser: Browser) -> None:
        self.system = system
        self.homes = homes
        self.browser = browser
        self.profile = browser.new_context()
        self.mallory = self.join(self.profile.new_page(), "mallory", hostile=True)

    def join(self, page: Page, name: str, *, hostile: bool = False) -> Person:
        """Sign up, and start and open the own Lab in this page."""
        person = somebody(name)
        sign_up(page, person, self.system.portal_url)
        if hostile:
            self.homes.copy_into(person, HOME, ".jupyter")
        start(page)
        expect_lab(page, person, self.system.hub_url)
        page.wait_for_load_state("domcontentloaded")
        return person

    def attack(self, context: BrowserContext, victim: Person) -> dict[str, str]:
        """Visit mallory's page and press its button. Return what each attack has reached."""
        query = urlencode({"lab": self.system.lab_url(victim.username), "hub": self.system.hub_url})
        page = context.new_page()
        page.goto(f"{self.system.lab_url(self.mallory.username)}/x/page?{query}")
        page.wait_for_function("document.title === 'visited'", timeout=SLOW)
        page.click("button")
        page.wait_for_function("document.title === 'pressed'", timeout=SLOW)
        results: dict[str, str] = page.evaluate("results")
        return results

    def received(self) -> list[dict[str, str]]:
        """Return address and cookies of each request that mallory's server has received."""
        log = self.homes.read(self.mallory, ".jupyter/requests.log")
        return [json.loads(line) for line in log.splitlines()]

    def read(self, context: BrowserContext, person: Person, path: str) -> tuple[int, Any]:
        """Return status and JSON of an address of the person's server, in a tab of this browser."""
        tab = context.new_page()
        response = tab.goto(f"{self.system.lab_url(person.username)}/{path}")
        assert response is not None
        content = response.json() if response.ok else None
        tab.close()
        return response.status, content
