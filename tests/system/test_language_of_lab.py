"""Language of a Lab: the portal's at first, then the one that its owner chooses there."""

from __future__ import annotations

import json

import pytest

from tests.system.owner import Owner
from tests.system.process_table import wait_until
from tests.system.visitor import PAGE_TIMEOUT, Visitor

pytestmark = pytest.mark.system

SETTING = "/lab/api/settings/@jupyterlab/translation-extension:plugin"
MENUS = "/lab/api/settings/@jupyterlab/mainmenu-extension:plugin"
PERSIAN, ENGLISH = ("fa_IR", "فایل"), ("en", "File")


def shown_language(owner: Owner) -> tuple[str, str]:
    """Return the locale that JupyterLab shows, and the label of its first menu."""
    setting = owner.visitor.lab(owner.name, SETTING).json()
    menus = owner.visitor.lab(owner.name, MENUS).json()["schema"]["jupyter.lab.menus"]["main"]
    default = setting["schema"]["properties"]["locale"]["default"]
    return setting["settings"].get("locale", default), menus[0]["label"]


def choose_in_the_lab(owner: Owner, locale: str) -> None:
    url = f"{owner.copy.lab_url(owner.name)}{SETTING}"
    session = owner.visitor.session
    token = session.cookies.get("_xsrf", path=f"/user/{owner.name}/")
    session.put(
        url,
        data=json.dumps({"raw": json.dumps({"locale": locale})}),
        headers={"X-XSRFToken": token or "", "Referer": url},
        timeout=PAGE_TIMEOUT,
    ).raise_for_status()


def restart(owner: Owner) -> None:
    owner.click("stop")
    assert wait_until(lambda: owner.state() == "stopped", 30)
    owner.start()
    owner.visitor.open_lab(owner.name)


def test_lab_follows_the_portal_until_its_owner_chooses(visitor: Visitor) -> None:
    owner = Owner(visitor)
    owner.start()
    visitor.open_lab(owner.name)
    assert shown_language(owner) == PERSIAN
    domains = visitor.lab(owner.name, "/lab/api/translations/fa_IR").json()["data"]
    assert {"jupyterlab", "notebook"} <= set(domains)

    home = owner.copy.var / "homes" / owner.name
    [notebook] = home.glob("*.ipynb")
    assert notebook.name == "از اینجا شروع کنید.ipynb"
    notebook.unlink()

    visitor.submit("/accounts/profile/", {"language": "en"})
    restart(owner)
    assert shown_language(owner) == ENGLISH
    assert list(home.glob("*.ipynb")) == []  # it does not come back, in no language

    choose_in_the_lab(owner, "fa_IR")
    restart(owner)
    assert shown_language(owner) == PERSIAN
