"""Link of JupyterLab's and Notebook's bar that leads back to the portal's dashboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.notebooks import LAPTOP, PHONE, Home, block, open_notebook, style_of
from tests.running_system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.system]

TITLES = {"fa_IR": "رفتن به داشبورد شاپرک", "en": "Go to the Shaparak dashboard"}

# Before the scripts of the page read its configuration.
FORGET_PORTAL = """document.addEventListener("readystatechange", () => {
    const configuration = document.getElementById("jupyter-config-data");
    const values = JSON.parse(configuration.textContent);
    configuration.textContent = JSON.stringify({ ...values, shaparakPortalUrl: "" });
}, { once: true });"""


def choose_language(home: Home, locale: str) -> None:
    """Write the setting as JupyterLab's menu of languages does."""
    settings = home.folder / ".jupyter/lab/user-settings/@jupyterlab/translation-extension"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "plugin.jupyterlab-settings").write_text(f'{{"locale": "{locale}"}}')


@pytest.mark.parametrize("locale", TITLES)
def test_link_of_lab_leads_to_the_dashboard(
    new_context: Callable[..., BrowserContext],
    running_system: RunningSystem,
    home: Home,
    locale: str,
) -> None:
    choose_language(home, locale)
    context = new_context(storage_state=home.signed_in, **LAPTOP)
    page = open_notebook(context, home.in_lab)

    link = page.locator("a.shaparak-link")
    expect(link).to_have_attribute("title", TITLES[locale])
    link.click()
    page.wait_for_url(f"{running_system.portal_url}/dashboard/")
    assert len(context.pages) == 1


def test_link_of_notebook_leads_to_the_dashboard(
    new_context: Callable[..., BrowserContext], running_system: RunningSystem, home: Home
) -> None:
    context = new_context(storage_state=home.signed_in, **PHONE)
    page = open_notebook(context, home.in_notebook)

    link = page.locator("a.shaparak-link")
    box = link.bounding_box()
    assert box and min(box["width"], box["height"]) >= 44
    link.tap()
    page.wait_for_url(f"{running_system.portal_url}/dashboard/")
    assert len(context.pages) == 1


def test_server_that_knows_no_portal_has_no_link(
    new_context: Callable[..., BrowserContext], home: Home
) -> None:
    context = new_context(storage_state=home.signed_in, **LAPTOP)
    context.add_init_script(FORGET_PORTAL)
    page = open_notebook(context, home.in_lab)

    assert style_of(block(page, "p", "این دفترچه"), "direction") == "rtl"
    assert page.locator("a.shaparak-link").count() == 0
