"""Hub or portal that ends in the middle of a start: the start is ready in the end."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page

from tests.browser.people import somebody
from tests.smoke.figures import Measured
from tests.smoke_kubernetes.ended_parts import start_while_part_ends
from tests.smoke_kubernetes.installation import Installation


@pytest.mark.parametrize(
    ("component", "phase"),
    [("hub", ""), ("hub", "Pending"), ("hub", "Running"), ("portal", "Pending")],
    ids=["hub, just requested", "hub, pod pending", "hub, pod running", "portal"],
)
def test_start_is_ready_although_a_part_ended(
    page: Page,
    installation: Installation,
    measured: Measured,
    request: pytest.FixtureRequest,
    component: str,
    phase: str,
) -> None:
    began = time.monotonic()
    start_while_part_ends(page, somebody("omid"), installation, component, phase)
    seconds = time.monotonic() - began
    measured(f"start, ended: {request.node.callspec.id}", f"{seconds:.1f} s")
