"""Kubelet that is away for 90 s: its node counts as lost after 40 s, its pods after 5 minutes."""

from __future__ import annotations

import time

from playwright.sync_api import Page

from tests.browser.people import expect_card, expect_drawn_lab, expect_lab, somebody, start
from tests.faults_kubernetes.held_part import held
from tests.smoke.figures import Measured
from tests.smoke.people import read_in_lab, save_in_lab, sign_up_and_start
from tests.smoke_kubernetes.cluster import wait_until
from tests.smoke_kubernetes.ended_pods import pods_of
from tests.smoke_kubernetes.installation import Installation, pod_of

SECONDS = 90
AFTERWARDS = 120.0  # seconds: readiness of all parts, on this one node


def test_server_of_silent_node_starts_anew(
    page: Page, installation: Installation, measured: Measured
) -> None:
    sara, omid = somebody("sara"), somebody("omid")
    namespace = installation.namespace
    working = page.context.browser.new_context(locale="fa").new_page()
    sign_up_and_start(working, omid, installation)
    before = namespace.get("pod", pod_of(omid.username))["metadata"]["uid"]
    sign_up_and_start(page, sara, installation)
    expect_drawn_lab(page)
    save_in_lab(page, sara, "memo.txt", "سلام")
    page.goto(f"{installation.portal_url}/dashboard/")
    expect_card(page, "ready")

    with held("kubelet", SECONDS) as back_at:
        began = time.monotonic()
        page.click("#server-stop-toggle")
        page.click("#server-stop")
        expect_card(page, "stopped")
        measured("stop on a silent node", f"{time.monotonic() - began:.1f} s")
        start(page)
        expect_card(page, "starting")
        assert time.monotonic() < back_at
    # Without its only node, the whole system is unreachable from the 40th second on.
    wait_until(lambda: is_ready(installation), "every part", timeout=AFTERWARDS)
    expect_lab(page, sara, installation.hub_url)
    measured("start on a node that was silent for 90 s", f"{time.monotonic() - began:.1f} s")
    expect_drawn_lab(page)
    assert read_in_lab(page, sara, "memo.txt") == "سلام"
    assert len(pods_of(sara, installation)) == 1
    working.reload()
    expect_drawn_lab(working)
    assert namespace.get("pod", pod_of(omid.username))["metadata"]["uid"] == before


def is_ready(installation: Installation) -> bool:
    deployments = installation.namespace.get("deployments")["items"]
    return all(
        each["status"].get("readyReplicas") == each["status"]["replicas"] for each in deployments
    )
