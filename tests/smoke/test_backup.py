"""Backup and restore: `make restore` brings back what `make backup` copied."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.people import (
    PASSWORD,
    expect_card,
    expect_drawn_lab,
    expect_lab,
    sign_in,
    sign_out,
    sign_up,
    somebody,
    start,
)
from tests.smoke.engine import succeed
from tests.smoke.figures import Measured, timed
from tests.smoke.people import read_in_lab, save_in_lab, sign_up_and_start
from tests.smoke.stack import Stack


def test_restore_brings_back_accounts_and_homes(
    page: Page, stack: Stack, measured: Measured, tmp_path: Path
) -> None:
    sara, omid = somebody("sara"), somebody("omid")
    copy = tmp_path / "copy"
    sign_up_and_start(page, sara, stack)
    expect_drawn_lab(page)
    save_in_lab(page, sara, "memo.txt", "before")
    with timed(measured, "backup"):
        succeed(["scripts/backup", str(copy)], environment=stack.environment, max_wait=120)
    save_in_lab(page, sara, "memo.txt", "after")
    sign_out(page, stack.portal_url)
    sign_up(page, omid, stack.portal_url)
    sign_out(page, stack.portal_url)

    with timed(measured, "restore, until every service is healthy"):
        restore = ["scripts/restore", str(copy), "--yes"]
        succeed(restore, environment=stack.environment, max_wait=240)

    sign_in(page, sara, stack.portal_url)
    expect_card(page, "stopped")
    start(page)
    expect_lab(page, sara, stack.hub_url)
    expect_drawn_lab(page)
    assert read_in_lab(page, sara, "memo.txt") == "before"
    sign_out(page, stack.portal_url)
    page.goto(f"{stack.portal_url}/accounts/login/")
    page.fill("[name=login]", omid.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main form [type=submit]")
    expect(page.locator("main form [name=password]")).to_be_visible()
    assert page.url.startswith(f"{stack.portal_url}/accounts/login/")
