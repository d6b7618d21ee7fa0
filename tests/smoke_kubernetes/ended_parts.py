"""Parts of the system that end by force, as when they lose their node."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.people import Person, expect_drawn_lab, lab_address, sign_up, start
from tests.smoke_kubernetes.cluster import wait_until
from tests.smoke_kubernetes.ended_pods import pods_of
from tests.smoke_kubernetes.installation import Installation, pod_of

# A Hub needs up to a minute to start, and then checks the servers that it finds.
START_TIMEOUT = 240_000  # milliseconds


def end_part(installation: Installation, component: str) -> None:
    """Delete all pods of a part by force."""
    selector = f"app.kubernetes.io/component={component}"
    installation.namespace.kubectl(
        "delete", "pods", "--selector", selector, "--grace-period=0", "--force", "--wait=false"
    )


def start_while_part_ends(
    page: Page, person: Person, installation: Installation, component: str, phase: str
) -> None:
    """Start a server, end the part when its pod is in this phase, and wait for the Lab.

    An empty phase is the moment after the press.
    """
    pod = pod_of(person.username)
    sign_up(page, person, installation.portal_url)
    start(page)
    if phase:
        wait_until(lambda: phase_of(installation, pod) == phase, f"a pod that is {phase}")
    end_part(installation, component)
    address = lab_address(person, installation.hub_url)
    page.wait_for_url(address, timeout=START_TIMEOUT, wait_until="commit")
    expect_drawn_lab(page)
    assert len(pods_of(person, installation)) == 1


def phase_of(installation: Installation, pod: str) -> str:
    """Return `Pending` or `Running`; empty if there is no such pod."""
    path = "--output=jsonpath={.status.phase}"
    return installation.namespace.kubectl("get", "pod", pod, "--ignore-not-found", path)
