"""Ends of a user's pod that nobody asked for, and what its user then reads."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import Person, expect_card, expect_drawn_lab, expect_lab, somebody, start
from tests.smoke.engine import run
from tests.smoke.people import read_in_lab, save_in_lab, sign_up_and_start
from tests.smoke_kubernetes.cluster import wait_until
from tests.smoke_kubernetes.installation import Installation, pod_of

# The kubelet looks at the disk every ten seconds, and measures it every minute.
SLOW_EVICTION = 150_000  # milliseconds

# On a phone the portal opens Notebook.
LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

Fault = Callable[[Installation, str], None]


def in_server(installation: Installation, pod: str, *command: str) -> None:
    """Run a command in the server's container; it may end with the container."""
    run(["kubectl", "--namespace", installation.namespace.name, "exec", pod, "--", *command])


def delete_by_force(installation: Installation, pod: str) -> None:
    installation.namespace.kubectl("delete", "pod", pod, "--grace-period=0", "--force")


def drain(installation: Installation, pod: str) -> None:
    installation.namespace.kubectl("delete", "pod", pod, "--wait=false")


def take_all_memory(installation: Installation, pod: str) -> None:
    """Take it with many small processes, so that the server is the largest, which is killed.

    Newer Kubernetes ends all processes of a container together.
    """
    program = """
import os, time
for _ in range(40):
    if not os.fork():
        held = bytearray(b"x") * 60_000_000
        break
time.sleep(60)
"""
    in_server(installation, pod, "python", "-c", program)


def fill_temporary_files(installation: Installation, pod: str) -> None:
    in_server(installation, pod, "dd", "if=/dev/zero", "of=/tmp/large", "bs=1M", "count=1100")


def end_and_start_again(
    page: Page, installation: Installation, fault: Fault, *, cause: str, words: str
) -> float:
    """End the pod of a new person who works in a Lab, and start the server again.

    The card names the cause with these words, and the home is kept. Returns the seconds until then.
    """
    sara = somebody("sara")
    pod = pod_of(sara.username)
    sign_up_and_start(page, sara, installation)
    expect_drawn_lab(page)
    save_in_lab(page, sara, "memo.txt", "سلام")
    page.set_viewport_size(PHONE)
    page.goto(f"{installation.portal_url}/dashboard/")
    expect_card(page, "ready")

    began = time.monotonic()
    fault(installation, pod)
    reason = page.locator("#server-stop-reason")
    expect(reason).to_have_attribute("data-cause", cause, timeout=SLOW_EVICTION)
    seconds = time.monotonic() - began

    expect(reason).to_contain_text(words)
    wait_until(lambda: not installation.namespace.exists("pod", pod), "the pod's deletion")
    page.set_viewport_size(LAPTOP)
    start_again(page, sara, installation)
    return seconds


def start_again(page: Page, person: Person, installation: Installation) -> None:
    start(page)
    expect_lab(page, person, installation.hub_url)
    expect_drawn_lab(page)
    assert read_in_lab(page, person, "memo.txt") == "سلام"
    assert len(pods_of(person, installation)) == 1


def pods_of(person: Person, installation: Installation) -> list[str]:
    chosen = f"hub.jupyter.org/username={person.username}"
    names = installation.namespace.kubectl("get", "pods", "--selector", chosen, "--output=name")
    return names.split()
