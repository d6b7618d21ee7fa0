"""Notebook of a new home, in JupyterLab and on a phone: it reads from the right, and runs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

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


@pytest.mark.parametrize("device", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_first_notebook_reads_from_the_right_and_runs(
    new_context: Callable[..., BrowserContext], home: Home, device: dict[str, object]
) -> None:
    context = new_context(storage_state=home.signed_in, **device)
    page = open_notebook(context, home.first_in_lab if device is LAPTOP else home.first_in_notebook)

    paragraph = block(page, "p", "این یک نوت‌بوک است")
    assert_order(block(page, "h1", "شروع"), "از", "اینجا", "شروع")
    assert_order(paragraph, "این", "یک", "نوت‌بوک")
    assert box_of(paragraph, "این").right == pytest.approx(inner_box_of(paragraph).right, abs=2)
    steps = page.locator(".jp-RenderedMarkdown ul").first
    assert (style_of(steps, "direction"), style_of(steps, "paddingLeft")) == ("rtl", "0px")

    if device is LAPTOP:
        expect(page.locator(".jp-DirListing-header")).to_contain_text("نام")
    key = page.locator(".cm-line", has_text='"نام"').first
    assert box_of(key, '"نام"').right <= box_of(key, ":").left + 1

    run_cells(page)
    outputs = page.locator(".jp-OutputArea-output")
    expect(outputs.filter(has_text="روز تا نوروز")).to_be_visible(timeout=SLOW)
    expect(page.locator("table.dataframe")).to_be_attached()
    plot = page.locator(".jp-RenderedImage img")
    expect(plot).to_be_attached()
    assert plot.evaluate("(image) => image.complete && image.naturalWidth > 300")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
