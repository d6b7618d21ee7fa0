"""Upgrade to images with another tag: people at work in a Lab or on the portal do not notice it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.people import expect_lab, sign_up, somebody, start
from tests.smoke.figures import Measured, timed
from tests.smoke.people import sign_up_and_start
from tests.smoke.probes import probing
from tests.smoke_kubernetes.installation import Installation, pod_of

NEXT = "next"
# An upgrade leaves out the proxy's image while that has not changed: there is one proxy.
CHANGED = ("shaparak-portal", "shaparak-jupyterhub", "shaparak-user-server")
PROBE_INTERVAL = 0.2  # seconds; the machine upgrades meanwhile


def test_nobody_notices_an_upgrade(
    page: Page, installation: Installation, measured: Measured, tmp_path: Path
) -> None:
    sara = somebody("sara")
    sign_up_and_start(page, sara, installation)
    before = pod(installation, pod_of(sara.username))
    authority = tmp_path / "root.crt"
    authority.write_bytes(installation.authority())
    contents = f"{installation.lab_url(sara.username)}/api/contents"
    dashboard = f"{installation.portal_url}/dashboard/"

    with (
        timed(measured, "upgrade, with the images' way to the nodes"),
        probing(contents, cookies(page, contents), authority, interval=PROBE_INTERVAL) as lab,
        probing(dashboard, cookies(page, dashboard), authority, interval=PROBE_INTERVAL) as portal,
    ):
        installation.upgrade(NEXT, *CHANGED)

    for name, probes in (("a Lab", lab), ("the dashboard", portal)):
        measured(f"probes of {name} during the upgrade", f"{probes.good}")
        measured("of these, failed", f"{len(probes.bad)}")
        measured("the slowest of them", f"{probes.slowest:.2f} s")
    assert lab.bad == []
    assert portal.bad == []
    assert min(lab.good, portal.good) > 20
    after = pod(installation, pod_of(sara.username))
    assert after["metadata"]["uid"] == before["metadata"]["uid"]

    omid = somebody("omid")
    another = page.context.browser.new_context().new_page()
    sign_up(another, omid, installation.portal_url)
    start(another)
    expect_lab(another, omid, installation.hub_url)
    another.context.close()
    assert tag(pod(installation, pod_of(omid.username))) == NEXT
    assert tag(after) != NEXT


def cookies(page: Page, url: str) -> dict[str, str]:
    return {cookie["name"]: cookie["value"] for cookie in page.context.cookies(url)}


def pod(installation: Installation, name: str) -> dict[str, Any]:
    return installation.namespace.get("pod", name)


def tag(pod: dict[str, Any]) -> str:
    return str(pod["spec"]["containers"][0]["image"]).rsplit(":", 1)[1]
