"""Restart of the Hub's pod: people at work in a Lab do not notice it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.people import expect_card, expect_lab, sign_up, somebody, start
from tests.smoke.figures import Measured
from tests.smoke.people import sign_up_and_start
from tests.smoke.probes import probing
from tests.smoke_kubernetes.installation import Installation, pod_of


def test_server_answers_while_the_hub_is_replaced(
    page: Page, installation: Installation, measured: Measured, tmp_path: Path
) -> None:
    sara = somebody("sara")
    sign_up_and_start(page, sara, installation)
    pod = ("pod", pod_of(sara.username))
    before = installation.namespace.get(*pod)["metadata"]["uid"]
    contents = f"{installation.lab_url(sara.username)}/api/contents"
    authority = tmp_path / "root.crt"
    authority.write_bytes(installation.authority())
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies(contents)}

    with probing(contents, cookies, authority) as probes:
        installation.namespace.kubectl("rollout", "restart", "deployment/hub")
        installation.wait_for_rollout("hub")
        # After its start the Hub reads from proxy and Kubernetes which servers run.
        page.goto(f"{installation.portal_url}/dashboard/")
        expect_card(page, "ready")
        omid = somebody("omid")
        another = page.context.browser.new_context().new_page()
        sign_up(another, omid, installation.portal_url)
        start(another)
        expect_lab(another, omid, installation.hub_url)
        another.context.close()

    measured("probes of a Lab while the Hub's pod was replaced", f"{probes.good}")
    measured("of these, failed", f"{len(probes.bad)}")
    measured("the slowest of them", f"{probes.slowest:.2f} s")
    assert probes.bad == []
    assert probes.good > 20
    assert installation.namespace.get(*pod)["metadata"]["uid"] == before
