"""Persian notebook in JupyterLab and, on a phone, in Notebook: it reads from the right and runs."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.notebooks import (
    LAPTOP,
    PHONE,
    Home,
    assert_order,
    block,
    box_of,
    inner_box_of,
    open_notebook,
    run_cells,
    style_of,
)
from tests.browser.people import SLOW

pytestmark = [pytest.mark.browser, pytest.mark.system]


@pytest.fixture(scope="module", params=["lab", "notebook"])
def notebook(browser: Browser, home: Home, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The sample notebook in JupyterLab on a laptop, and in Notebook on a phone."""
    address, device = {"lab": (home.in_lab, LAPTOP), "notebook": (home.in_notebook, PHONE)}[
        request.param
    ]
    context = browser.new_context(locale="en-US", storage_state=home.signed_in, **device)
    yield open_notebook(context, address)
    context.close()


def test_persian_paragraph_reads_from_the_right(notebook: Page) -> None:
    paragraph = block(notebook, "p", "این دفترچه")

    assert style_of(paragraph, "direction") == "rtl"
    assert_order(paragraph, "این", "دفترچه", "نشان")
    assert_order(paragraph, "می‌شود", ".")
    assert box_of(paragraph, "این").right == pytest.approx(inner_box_of(paragraph).right, abs=2)
    assert_order(block(notebook, "h1", "تحلیل"), "تحلیل", "داده", "با", "Python")


def test_persian_sentence_may_begin_with_a_latin_name(notebook: Page) -> None:
    paragraph = block(notebook, "p", "NumPy")

    assert style_of(paragraph, "direction") == "rtl"
    assert_order(paragraph, "NumPy", "کتابخانه", "برای")
    assert_order(paragraph, "نصب", "می‌شود", ".")


def test_english_paragraph_stays_at_the_left(notebook: Page) -> None:
    paragraph = block(notebook, "p", "This English")

    assert style_of(paragraph, "direction") == "ltr"
    assert_order(paragraph, "English", "This")
    assert box_of(paragraph, "This").left == pytest.approx(inner_box_of(paragraph).left, abs=2)


def test_persian_list_has_its_bullets_at_the_right(notebook: Page) -> None:
    items = notebook.locator(".jp-RenderedMarkdown ul").first
    edge = inner_box_of(items).right

    assert style_of(items, "direction") == "rtl"
    assert (style_of(items, "paddingLeft"), style_of(items, "paddingRight")) != ("0px", "0px")
    assert style_of(items, "paddingLeft") == "0px"
    assert box_of(items, "نخستین").right == pytest.approx(edge, abs=2)
    assert_order(items, "NumPy", "برای")


def test_english_list_item_reads_from_the_left(notebook: Page) -> None:
    items = notebook.locator(".jp-RenderedMarkdown ul").first

    assert_order(items, ".", "docs", "the", "Read")
    assert box_of(items, ".").right == pytest.approx(inner_box_of(items).right, abs=2)


def test_persian_table_begins_at_the_right(notebook: Page) -> None:
    table = notebook.locator(".jp-RenderedMarkdown table").first

    assert_order(table, "نام", "نمره", "توضیح")
    assert_order(table, "سارا", "۱۸", "قبول", "شد")
    assert_order(table, "5", "-")
    assert box_of(table, "Omid").right == pytest.approx(box_of(table, "سارا").right, abs=2)


def test_persian_quotation_has_its_bar_at_the_right(notebook: Page) -> None:
    quotation = notebook.locator(".jp-RenderedMarkdown blockquote").first

    assert style_of(quotation, "borderRightWidth") == "5px"
    assert style_of(quotation, "borderLeftWidth") == "0px"


def test_formula_stays_left_to_right(notebook: Page) -> None:
    paragraph = block(notebook, "p", "فرمول")
    expect(paragraph.locator("mjx-container").first).to_be_attached(timeout=SLOW)

    assert style_of(paragraph, "direction") == "rtl"
    assert style_of(paragraph.locator("mjx-container").first, "direction") == "ltr"
    fonts = "[...document.fonts].filter((font) => /MJX/.test(font.family)).map((f) => f.status)"
    notebook.wait_for_function(f"{fonts}.includes('loaded')")
    assert "error" not in notebook.evaluate(fonts)


def test_code_stays_left_to_right(notebook: Page) -> None:
    inline = notebook.locator(".jp-RenderedMarkdown p code").first
    fenced = notebook.locator(".jp-RenderedMarkdown pre").first
    line = notebook.locator(".jp-CodeCell .cm-line", has_text="total = 2 + 3").first
    comment = notebook.locator(".jp-CodeCell .cm-line", has_text="جمع").first

    assert style_of(inline, "direction") == "ltr"
    assert box_of(fenced, "x").left == pytest.approx(inner_box_of(fenced).left, abs=2)
    assert_order(fenced, "]", "2", ",", "1", "[", "x")
    for code in (line, comment):
        assert style_of(code, "direction") == "ltr"
    assert box_of(line, "total").left == pytest.approx(inner_box_of(line).left, abs=2)
    assert box_of(comment, "#").left == pytest.approx(inner_box_of(comment).left, abs=2)


def test_shell_stays_left_to_right(notebook: Page) -> None:
    assert style_of(notebook.locator("body"), "direction") == "ltr"
    menus = [notebook.locator(".lm-MenuBar-item").nth(number).bounding_box() for number in (0, 1)]
    assert menus[0] and menus[1] and menus[0]["x"] < menus[1]["x"]


def test_persian_letters_are_vazirmatn(notebook: Page) -> None:
    assert "Vazirmatn" in style_of(block(notebook, "p", "این دفترچه"), "fontFamily")
    loaded = "[...document.fonts].some(f => /vazirmatn/i.test(f.family) && f.status == 'loaded')"
    assert notebook.evaluate(loaded)


def test_cells_run(notebook: Page) -> None:
    """On a phone: by touch."""
    run_cells(notebook)
    cells = notebook.locator(".jp-CodeCell")

    output = cells.nth(0).locator(".jp-OutputArea-output")
    expect(output).to_have_text(re.compile(r"^\s*5\s*$"), timeout=SLOW)
    assert style_of(output, "direction") == "ltr"

    frame = cells.nth(1).locator("table.dataframe")
    expect(frame).to_be_visible(timeout=SLOW)
    assert_order(frame, "سارا", "(ارشد)", ".")
    assert_order(frame, "5", "-")


def test_page_needs_no_sideways_scroll(notebook: Page) -> None:
    width = notebook.viewport_size and notebook.viewport_size["width"]

    assert notebook.evaluate("document.documentElement.scrollWidth") == width
    for edge in notebook.locator(".jp-RenderedMarkdown").all():
        assert edge.evaluate("(element) => element.scrollWidth <= element.clientWidth + 1")
