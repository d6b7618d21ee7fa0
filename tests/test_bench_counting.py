"""What measurements count, and what they do not."""

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


def test_calls_for_a_start_are_counted_once_each_and_by_their_answer(tmp_path: Path) -> None:
    path = tmp_path / "hub.log"
    path.write_text(LOG)
    log = HubLog(path)

    assert log.starts_by_status() == {202: 1, 429: 1}
    assert log.starts_by_status() == {}


@pytest.mark.parametrize(
    ("state", "expires", "goes_on"),
    [
        ("starting", NOW, False),  # the dead worker's lease still
        ("starting", LATER, True),
        ("queued", None, False),
        ("ready", None, True),
        ("failed", None, True),
    ],
)
def test_a_start_goes_on_once_somebody_holds_it_anew_or_it_has_ended(
    state: str, expires: datetime | None, goes_on: bool
) -> None:
    before = RequestState(id=1, state="starting", lease_expires_at=NOW)

    now = RequestState(id=1, state=state, lease_expires_at=expires)

    assert now.goes_on_since(before) is goes_on
