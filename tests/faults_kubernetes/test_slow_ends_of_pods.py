"""Pod of a user that is drained, or that fills the disk of its node: the card says so."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.smoke.figures import Measured
from tests.smoke_kubernetes.ended_pods import (
    Fault,
    drain,
    end_and_start_again,
    fill_temporary_files,
)
from tests.smoke_kubernetes.installation import Installation


@pytest.mark.parametrize(
    ("fault", "cause", "words"),
    [
        (drain, "removed", "از بیرون بسته شد"),
        (fill_temporary_files, "temporary_files", "فایل موقت"),
    ],
    ids=["drained", "disk"],
)
def test_slow_end_of_pod_is_explained(
    page: Page,
    installation: Installation,
    measured: Measured,
    fault: Fault,
    cause: str,
    words: str,
) -> None:
    seconds = end_and_start_again(page, installation, fault, cause=cause, words=words)

    measured(f"pod ended ({cause}), until its user reads why", f"{seconds:.1f} s")
