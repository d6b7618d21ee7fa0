"""Steps of a person on the system in containers or pods."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Page

from tests.browser.people import Person, expect_lab, sign_up, start


class System(Protocol):
    @property
    def portal_url(self) -> str: ...

    @property
    def hub_url(self) -> str: ...


def sign_up_and_start(page: Page, person: Person, system: System) -> None:
    sign_up(page, person, system.portal_url)
    start(page)
    expect_lab(page, person, system.hub_url)


def save_in_lab(page: Page, person: Person, name: str, text: str) -> None:
    """Send the request of the Lab's «Save»."""
    status = page.evaluate(
        """async ([address, text]) => {
            const token = document.cookie.match(/_xsrf=([^;]*)/)[1];
            const answer = await fetch(address, {
                method: 'PUT',
                headers: {'X-XSRFToken': token, 'Content-Type': 'application/json'},
                body: JSON.stringify({type: 'file', format: 'text', content: text}),
            });
            return answer.status;
        }""",
        [f"{person.lab_path}api/contents/{name}", text],
    )
    assert status in (200, 201)  # updated, or created


def read_in_lab(page: Page, person: Person, name: str) -> str:
    """Return the text of a file, by the request of the Lab that is open in the page."""
    model = page.evaluate(
        """async address => {
            const token = document.cookie.match(/_xsrf=([^;]*)/)[1];
            return (await fetch(address, {headers: {'X-XSRFToken': token}})).json();
        }""",
        f"{person.lab_path}api/contents/{name}",
    )
    return str(model["content"])
