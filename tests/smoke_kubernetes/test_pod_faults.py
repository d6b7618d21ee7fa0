"""Pod of a user that is deleted, or that runs out of memory: the card says so."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.smoke.figures import Measured
from tests.smoke_kubernetes.ended_pods import (
    Fault,
    delete_by_force,
    end_and_start_again,
    take_all_memory,
)
from tests.smoke_kubernetes.installation import Installation


@pytest.mark.parametrize(
    ("fault", "cause", "words"),
    [
        (delete_by_force, "removed", "از بیرون بسته شد"),
        (take_all_memory, "out_of_memory", "حافظهٔ سرور تمام شد"),
    ],
    ids=["deleted", "memory"],
)
def test_end_of_pod_is_explained(
    page: Page,
    installation: Installation,
    measured: Measured,
    fault: Fault,
    cause: str,
    words: str,
) -> None:
    seconds = end_and_start_again(page, installation, fault, cause=cause, words=words)

    measured(f"pod ended ({cause}), until its user reads why", f"{seconds:.1f} s")
