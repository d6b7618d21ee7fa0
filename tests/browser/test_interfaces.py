"""JupyterLab or Notebook: a phone opens Notebook, a laptop the Lab, and a choice is remembered."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.people import SLOW, Person, expect_card, sign_in, sign_up_and_start
from tests.running_system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.system]

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
LAPTOP = {"viewport": {"width": 1280, "height": 800}}
NOTEBOOK_NAME = "درس یک.ipynb"
EMPTY_NOTEBOOK = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


def wait_for_place(page: Page, person: Person, place: str) -> None:
    """Wait until the page is at this place in the person's server, by its decoded path."""
    wanted = re.compile(f"{re.escape(person.lab_path)}{place}$")
    page.wait_for_url(
        lambda url: bool(wanted.search(unquote(url.split("?")[0]))),
        timeout=SLOW,
        wait_until="commit",
    )


def press_open(page: Page, system: RunningSystem, *, next_path: str = "") -> None:
    page.goto(f"{system.portal_url}/dashboard/?next={quote(next_path)}")
    expect_card(page, "ready")
    link = page.locator("#server-open a:visible")
    link.tap() if page.evaluate("navigator.maxTouchPoints") else link.click()


def choose(page: Page, system: RunningSystem, interface: str) -> None:
    page.goto(f"{system.portal_url}/dashboard/")
    expect_card(page, "ready")
    page.focus("#server-open-with")
    page.keyboard.press("Enter")
    page.focus(f"#open-with-{interface}")
    page.keyboard.press("Enter")


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def test_phone_opens_notebook_and_laptop_the_lab(
    new_context: Callable[..., BrowserContext], running_system: RunningSystem
) -> None:
    phone = new_context(**PHONE).new_page()
    # The start on this page ends in Notebook by itself.
    sara = sign_up_and_start(phone, "sara", running_system)
    wait_for_place(phone, sara, "tree")
    expect(phone.locator(".jp-FileBrowser")).to_be_visible(timeout=SLOW)
    assert not scrolls_sideways(phone)

    press_open(phone, running_system)
    wait_for_place(phone, sara, "tree")

    laptop = new_context(**LAPTOP).new_page()
    sign_in(laptop, sara, running_system.portal_url)
    press_open(laptop, running_system)
    wait_for_place(laptop, sara, "lab")


def test_deep_link_keeps_its_file(
    new_context: Callable[..., BrowserContext], running_system: RunningSystem
) -> None:
    phone, laptop = new_context(**PHONE).new_page(), new_context(**LAPTOP).new_page()
    sara = sign_up_and_start(phone, "sara", running_system)
    home_of(running_system, sara).joinpath(NOTEBOOK_NAME).write_text(EMPTY_NOTEBOOK)
    link = f"{sara.lab_path}lab/tree/{NOTEBOOK_NAME}"

    press_open(phone, running_system, next_path=link)
    wait_for_place(phone, sara, f"notebooks/{NOTEBOOK_NAME}")
    expect(phone.locator(".jp-Notebook")).to_be_visible(timeout=SLOW)
    assert not scrolls_sideways(phone)

    sign_in(laptop, sara, running_system.portal_url)
    press_open(laptop, running_system, next_path=link)
    wait_for_place(laptop, sara, f"lab/tree/{NOTEBOOK_NAME}")


def home_of(system: RunningSystem, person: Person) -> Path:
    return system.var / "homes" / person.username


@pytest.mark.parametrize(
    ("device", "interface", "place"), [(PHONE, "lab", "lab"), (LAPTOP, "notebook", "tree")]
)
def test_remembered_choice_wins_over_width(
    new_context: Callable[..., BrowserContext],
    running_system: RunningSystem,
    device: dict[str, object],
    interface: str,
    place: str,
) -> None:
    page = new_context(**device).new_page()
    sara = sign_up_and_start(page, "sara", running_system)

    choose(page, running_system, interface)
    wait_for_place(page, sara, place)

    press_open(page, running_system)
    wait_for_place(page, sara, place)


def test_choice_works_without_javascript(
    new_context: Callable[..., BrowserContext], running_system: RunningSystem
) -> None:
    scripted = new_context().new_page()
    sara = sign_up_and_start(scripted, "sara", running_system)
    page = new_context(java_script_enabled=False, **LAPTOP).new_page()
    sign_in(page, sara, running_system.portal_url)

    page.click("#server-open-with")
    page.click("#open-with-notebook")
    wait_for_place(page, sara, "tree")
