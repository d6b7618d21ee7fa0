"""API server of Kubernetes that is away for half a minute: who works in a Lab does not notice."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.people import expect_card, expect_lab, sign_up, somebody, start
from tests.faults_kubernetes.held_part import held
from tests.faults_kubernetes.restarts import restarts_of
from tests.smoke.figures import Measured
from tests.smoke.people import sign_up_and_start
from tests.smoke.probes import probing
from tests.smoke_kubernetes.cluster import wait_until
from tests.smoke_kubernetes.ended_pods import pods_of
from tests.smoke_kubernetes.installation import Installation, pod_of

SECONDS = 30
AFTERWARDS = 90.0  # seconds


def test_held_api_server_delays_starts_and_stops(
    page: Page, installation: Installation, measured: Measured, tmp_path: Path
) -> None:
    sara, omid, nasrin = (somebody(name) for name in ("sara", "omid", "nasrin"))
    namespace = installation.namespace
    sign_up_and_start(page, sara, installation)
    starting = page.context.browser.new_context(locale="fa").new_page()
    sign_up(starting, omid, installation.portal_url)
    stopping = page.context.browser.new_context(locale="fa").new_page()
    sign_up_and_start(stopping, nasrin, installation)
    stopping.goto(f"{installation.portal_url}/dashboard/")
    expect_card(stopping, "ready")
    contents = f"{installation.lab_url(sara.username)}/api/contents"
    authority = tmp_path / "root.crt"
    authority.write_bytes(installation.authority())
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies(contents)}
    restarts = restarts_of(namespace)

    with probing(contents, cookies, authority) as probes:
        with held("kube-apiserver", SECONDS) as back_at:
            began = time.monotonic()
            start(starting)
            stopping.click("#server-stop-toggle")
            stopping.click("#server-stop")
            expect_card(stopping, "stopping")
            expect_card(starting, "starting")
            starting.screenshot(path=tmp_path / "starting.png")
        expect_card(stopping, "stopped")
        measured("API server away for 30 s: stop", f"{time.monotonic() - began:.1f} s")
        expect_lab(starting, omid, installation.hub_url)
        measured("API server away for 30 s: start", f"{time.monotonic() - began:.1f} s")
        assert time.monotonic() > back_at

    measured("probes of a Lab meanwhile", f"{probes.good}")
    measured("of these, failed", f"{len(probes.bad)}")
    assert probes.bad == []
    assert len(pods_of(omid, installation)) == 1
    wait_until(lambda: not namespace.exists("pod", pod_of(nasrin.username)), "the pod's end")
    assert restarts_of(namespace) == restarts
