"""Parts of the system that end in the middle of a start, or under a running Lab."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.people import expect_drawn_lab, somebody
from tests.smoke.figures import Measured
from tests.smoke.people import read_in_lab, save_in_lab, sign_up_and_start
from tests.smoke.probes import probing
from tests.smoke_kubernetes.cluster import wait_until
from tests.smoke_kubernetes.ended_parts import end_part, start_while_part_ends
from tests.smoke_kubernetes.installation import Installation

OUTAGE_TIMEOUT = 60.0  # seconds


def test_start_is_ready_although_its_workers_ended(
    page: Page, installation: Installation, measured: Measured
) -> None:
    began = time.monotonic()
    start_while_part_ends(page, somebody("omid"), installation, "spawn-worker", "Pending")
    measured("start whose workers ended", f"{time.monotonic() - began:.1f} s")


def test_lab_answers_soon_after_the_proxy_ended(
    page: Page, installation: Installation, measured: Measured, tmp_path: Path
) -> None:
    sara = somebody("sara")
    sign_up_and_start(page, sara, installation)
    expect_drawn_lab(page)
    kernel = start_kernel(page, sara.lab_path)
    contents = f"{installation.lab_url(sara.username)}/api/contents"
    authority = tmp_path / "root.crt"
    authority.write_bytes(installation.authority())
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies(contents)}

    with probing(contents, cookies, authority) as probes:
        wait_until(lambda: probes.good > 0, "an answer of the Lab")
        began = time.monotonic()
        end_part(installation, "proxy")
        wait_until(lambda: probes.bad, "the proxy's end", timeout=OUTAGE_TIMEOUT)
        good = probes.good
        wait_until(lambda: probes.good > good, "an answer of the Lab", timeout=OUTAGE_TIMEOUT)
        seconds = time.monotonic() - began

    measured("Lab answers after its proxy ended", f"{seconds:.1f} s")
    assert kernel in kernels(page, sara.lab_path)
    save_in_lab(page, sara, "memo.txt", "سلام")
    assert read_in_lab(page, sara, "memo.txt") == "سلام"


def start_kernel(page: Page, lab_path: str) -> str:
    """Start a kernel by the request of the Lab that is open in the page, and return its id."""
    kernel: str = page.evaluate(
        """async address => {
            const token = document.cookie.match(/_xsrf=([^;]*)/)[1];
            const answer = await fetch(address, {method: 'POST', headers: {'X-XSRFToken': token}});
            return (await answer.json()).id;
        }""",
        f"{lab_path}api/kernels",
    )
    return kernel


def kernels(page: Page, lab_path: str) -> list[str]:
    """Return the ids of the kernels that run."""
    found: list[str] = page.evaluate(
        """async address => {
            const token = document.cookie.match(/_xsrf=([^;]*)/)[1];
            const answer = await fetch(address, {headers: {'X-XSRFToken': token}});
            return (await answer.json()).map(kernel => kernel.id);
        }""",
        f"{lab_path}api/kernels",
    )
    return found
