"""The main job on a cluster: the tests of the trial mode again, and what only pods have."""

from __future__ import annotations

import time

from playwright.sync_api import Page

from tests.browser.people import (
    expect_card,
    expect_drawn_lab,
    expect_lab,
    somebody,
    start,
    stop,
)
from tests.browser.test_main_job import (  # noqa: F401  (pytest finds them here)
    test_two_people_cannot_reach_each_others_server,
    test_whole_job_from_sign_up_to_sign_out,
)
from tests.smoke.figures import Measured
from tests.smoke.people import read_in_lab, save_in_lab, sign_up_and_start
from tests.smoke_kubernetes.installation import Installation, pod_of

MAX_DETECTION_SECONDS = 35.0


def test_file_in_a_home_outlives_its_pod(page: Page, installation: Installation) -> None:
    sara = somebody("sara")
    sign_up_and_start(page, sara, installation)
    expect_drawn_lab(page)
    pod = ("pod", pod_of(sara.username))
    first = installation.namespace.get(*pod)["metadata"]["uid"]
    save_in_lab(page, sara, "memo.txt", "سلام")

    stop(page, installation.portal_url)
    assert not installation.namespace.exists(*pod)
    start(page)
    expect_lab(page, sara, installation.hub_url)

    assert installation.namespace.get(*pod)["metadata"]["uid"] != first
    expect_drawn_lab(page)
    assert read_in_lab(page, sara, "memo.txt") == "سلام"


def test_killed_pod_is_soon_shown_as_stopped(
    page: Page, installation: Installation, measured: Measured
) -> None:
    omid = somebody("omid")
    sign_up_and_start(page, omid, installation)
    page.goto(f"{installation.portal_url}/dashboard/")
    expect_card(page, "ready")

    began = time.monotonic()
    installation.namespace.kubectl(
        "delete", "pod", pod_of(omid.username), "--grace-period=0", "--force"
    )
    expect_card(page, "stopped")
    seconds = time.monotonic() - began

    measured("from a pod's death to «stopped» on the page", f"{seconds:.1f} s")
    assert seconds <= MAX_DETECTION_SECONDS
