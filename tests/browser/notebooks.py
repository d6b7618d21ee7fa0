"""Notebooks in JupyterLab and in Notebook: how to open one, and where its text stands."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, BrowserContext, Locator, Page, StorageState, expect

from tests.browser.people import SLOW, sign_up_and_start
from tests.running_system import RunningSystem

FIRST = "از اینجا شروع کنید.ipynb"
SAMPLE = Path(__file__).with_name("persian.ipynb")
LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}

# The box of the first occurrence of a text in an element.
BOX_OF_TEXT = """(element, text) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const start = walker.currentNode.data.indexOf(text);
        if (start >= 0) {
            const range = document.createRange();
            range.setStart(walker.currentNode, start);
            range.setEnd(walker.currentNode, start + text.length);
            const { left, right } = range.getClientRects()[0];
            return { left, right };
        }
    }
    throw new Error(`${text} is not in ${element.textContent}`);
}"""


@dataclass(frozen=True)
class Box:
    left: float  # pixels from the left edge of the window
    right: float


@dataclass(frozen=True)
class Home:
    """A student's home with the sample notebook. The student's server runs."""

    lab_url: str
    signed_in: StorageState
    folder: Path

    @property
    def in_lab(self) -> str:
        """Return the address of the sample notebook in JupyterLab."""
        return f"{self.lab_url}/lab/tree/{SAMPLE.name}"

    @property
    def in_notebook(self) -> str:
        return f"{self.lab_url}/notebooks/{SAMPLE.name}"

    @property
    def first_in_lab(self) -> str:
        """Return the address of the notebook that each new home gets.

        A workspace of its own: JupyterLab opens the tabs of another notebook again.
        """
        return f"{self.lab_url}/lab/workspaces/first/tree/{quote(FIRST)}"

    @property
    def first_in_notebook(self) -> str:
        return f"{self.lab_url}/notebooks/{quote(FIRST)}"


def box_of(element: Locator, text: str) -> Box:
    return Box(**element.evaluate(BOX_OF_TEXT, text))


def inner_box_of(element: Locator) -> Box:
    """Return the box of what is in an element, without its border and padding."""
    return Box(
        **element.evaluate(
            """(element) => {
                const { left, right } = element.getBoundingClientRect();
                const style = getComputedStyle(element);
                const of = (side) =>
                    parseFloat(style[`padding${side}`]) + parseFloat(style[`border${side}Width`]);
                return { left: left + of("Left"), right: right - of("Right") };
            }"""
        )
    )


def style_of(element: Locator, name: str) -> str:
    value: str = element.evaluate("(element, name) => getComputedStyle(element)[name]", name)
    return value


def assert_order(element: Locator, *texts: str) -> None:
    """Assert that these texts stand side by side on one line, the first at the right."""
    boxes = [box_of(element, text) for text in texts]
    for earlier, later in pairwise(boxes):
        assert later.right <= earlier.left + 1, (texts, boxes)


def make_home(browser: Browser, system: RunningSystem) -> Home:
    """Make the home of a new student, and start their server."""
    context = browser.new_context()
    student = sign_up_and_start(context.new_page(), "sara", system)
    folder = system.var / "homes" / student.username
    shutil.copy(SAMPLE, folder)
    home = Home(system.lab_url(student.username), context.storage_state(), folder)
    context.close()
    return home


def open_notebook(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    expect(page.locator(".jp-RenderedMarkdown h1")).to_be_visible(timeout=SLOW)
    return page


def block(page: Page, tag: str, text: str) -> Locator:
    return page.locator(f".jp-RenderedMarkdown {tag}", has_text=text).first


def run_cells(page: Page) -> None:
    """Run every code cell and wait for its end: on a phone by touch, else by Shift and Enter."""
    on_phone = page.evaluate("navigator.maxTouchPoints > 0")
    cells = page.locator(".jp-CodeCell")
    for number in range(cells.count()):
        editor = cells.nth(number).locator(".cm-line").last
        if on_phone:
            editor.tap()
            page.locator("[data-command='notebook:run-cell-and-select-next']").first.tap()
        else:
            editor.click()
            page.keyboard.press("Shift+Enter")
        expect(cells.nth(number).locator(".jp-InputPrompt").first).to_have_text(
            re.compile(r"^\[\d+\]:$"), timeout=SLOW
        )
