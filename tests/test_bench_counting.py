"""Counts of the bench: calls for a start in the Hub's log, and recovery of starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.hub_log import HubLog
from bench.requests_in_database import RequestState

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LATER = NOW + timedelta(seconds=3)

LOG = """\
[I 2026-11-23 20:21:41.398 JupyterHub log:192] 202 POST /hub/api/users/sara/server (portal@::1) 25ms
[W 2026-11-23 20:21:41.401 JupyterHub web:1873] 429 POST /hub/api/users/omid/server (::1)
[W 2026-11-23 20:21:41.402 JupyterHub log:192] 429 POST /hub/api/users/omid/server (portal@::1) 2ms
[I 2026-11-23 20:21:41.500 JupyterHub log:192] 201 POST /hub/api/users/nasrin (portal@::1) 31ms
"""


def test_each_start_call_is_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "hub.log"
    path.write_text(LOG)
    log = HubLog(path)

    assert log.starts_by_status() == {202: 1, 429: 1}
    assert log.starts_by_status() == {}


@pytest.mark.parametrize(
    ("state", "expires", "progressed"),
    [
        ("starting", NOW, False),  # still the dead worker's lease
        ("starting", LATER, True),
        ("queued", None, False),
        ("failed", None, True),
    ],
)
def test_recovery_needs_a_new_lease_or_an_end(
    state: str, expires: datetime | None, progressed: bool
) -> None:
    before = RequestState(id=1, state="starting", lease_expires_at=NOW)

    now = RequestState(id=1, state=state, lease_expires_at=expires)

    assert now.has_progressed_since(before) is progressed
