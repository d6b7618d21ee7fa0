"""Home of a deleted account: it stays until somebody removes it."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.people import expect_card, somebody, stop
from tests.smoke.engine import run, succeed
from tests.smoke.people import sign_up_and_start
from tests.smoke_kubernetes.cluster import wait_until
from tests.smoke_kubernetes.installation import Installation


def test_home_of_deleted_account_is_removed_on_command(
    page: Page, installation: Installation
) -> None:
    sara = somebody("sara")
    namespace = installation.namespace
    homes = ["scripts/homes", "--namespace", namespace.name]
    home = f"home-{sara.username}"
    sign_up_and_start(page, sara, installation)
    stop(page, installation.portal_url)
    expect_card(page, "stopped")
    assert run([*homes, "--remove", home, "--yes"]).returncode == 1

    page.goto(f"{installation.portal_url}/accounts/delete/")
    page.check("[name=understood]")
    page.click("main form [type=submit]")

    wait_until(lambda: home in succeed(homes).split(), "the home to be listed")
    assert namespace.exists("persistentvolumeclaim", home)
    succeed([*homes, "--remove", home, "--yes"])
    assert not namespace.exists("persistentvolumeclaim", home)
