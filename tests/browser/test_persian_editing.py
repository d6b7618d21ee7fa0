"""Persian lines of a Markdown cell while they are written: the cursor follows the text."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.notebooks import (
    LAPTOP,
    Home,
    assert_order,
    block,
    inner_box_of,
    open_notebook,
    style_of,
)

pytestmark = [pytest.mark.browser, pytest.mark.system]


def test_cursor_moves_to_the_left_in_persian_lines(
    new_context: Callable[..., BrowserContext], home: Home
) -> None:
    page = open_notebook(new_context(storage_state=home.signed_in, **LAPTOP), home.in_lab)
    block(page, "p", "این دفترچه").dblclick()
    editor = page.locator(".jp-MarkdownCell .cm-content").first

    for beginning in ("این دفترچه", "NumPy"):
        line = editor.locator(".cm-line", has_text=beginning)
        line.click()
        page.keyboard.press("Home")
        positions = [cursor_position(page)]
        assert style_of(line, "direction") == "rtl"
        assert positions[0] == pytest.approx(inner_box_of(line).right, abs=3)
        for _ in range(12):
            page.keyboard.press("ArrowLeft")
            positions.append(cursor_position(page))
        if beginning == "NumPy":  # Latin letters, from the last to the first
            positions = positions[7:]
        assert positions == sorted(positions, reverse=True)
        assert len(set(positions)) == len(positions)
    assert_order(editor.locator(".cm-line", has_text="NumPy"), "می‌شود", ".")


def cursor_position(page: Page) -> float:
    """Return the pixels from the left edge of the window to the cursor."""
    # CodeMirror draws it at the next frame.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    cursor = page.locator(".cm-focused .cm-cursor-primary").bounding_box()
    assert cursor is not None
    return cursor["x"]


def test_edited_code_block_stays_left_to_right(
    new_context: Callable[..., BrowserContext], home: Home
) -> None:
    page = open_notebook(new_context(storage_state=home.signed_in, **LAPTOP), home.in_lab)
    block(page, "h2", "فهرست").dblclick()
    editor = page.locator(".jp-MarkdownCell .cm-content:visible").first
    code = editor.locator(".cm-line", has_text="x = [1, 2]")

    expect(editor.locator(".cm-line", has_text="نخستین")).to_have_css("direction", "rtl")
    expect(code).to_have_css("direction", "ltr")
