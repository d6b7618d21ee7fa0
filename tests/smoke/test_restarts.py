"""Restart of the Hub: people at work in a Lab do not notice it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.people import expect_card, expect_lab, sign_up, somebody, start
from tests.smoke import engine
from tests.smoke.figures import Measured
from tests.smoke.people import sign_up_and_start
from tests.smoke.probes import probing
from tests.smoke.stack import Stack, container_of


def test_server_answers_while_the_hub_restarts(
    page: Page, stack: Stack, measured: Measured, tmp_path: Path
) -> None:
    sara = somebody("sara")
    sign_up_and_start(page, sara, stack)
    before = engine.inspect(container_of(sara.username))["State"]["StartedAt"]
    contents = f"{stack.lab_url(sara.username)}/api/contents"
    authority = tmp_path / "root.crt"
    authority.write_bytes(stack.authority())
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies(contents)}

    with probing(contents, cookies, authority) as probes:
        stack.compose("restart", "jupyterhub")
        stack.compose("up", "--detach", "--wait", "jupyterhub")
        # After its start the Hub reads from proxy and engine which servers run.
        page.goto(f"{stack.portal_url}/dashboard/")
        expect_card(page, "ready")
        omid = somebody("omid")
        another = page.context.browser.new_context().new_page()
        sign_up(another, omid, stack.portal_url)
        start(another)
        expect_lab(another, omid, stack.hub_url)
        another.context.close()

    measured("probes of a Lab while the Hub restarted", f"{probes.good}")
    measured("of these, failed", f"{len(probes.bad)}")
    measured("the slowest of them", f"{probes.slowest:.2f} s")
    assert probes.bad == []
    assert probes.good > 20
    assert engine.inspect(container_of(sara.username))["State"]["StartedAt"] == before
