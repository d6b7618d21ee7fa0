"""A later start of a copy, beside another one and with other settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from tests.running_system import RunningSystem
from tests.system.hub import get_json, hub_client
from tests.system.owner import Owner
from tests.system.process_table import wait_until
from tests.system.visitor import Visitor

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def second_copy(own_system: RunningSystem) -> Iterator[RunningSystem]:
    """A copy whose servers are stopped soon, unused or not."""
    if not own_system.has_run:
        own_system.bring_up()
    own_system.stop()
    with RunningSystem.start(own_system.var, {"IDLE_TIMEOUT": "6", "SERVER_MAX_AGE": "30"}) as copy:
        yield copy


def test_later_start_is_quick_without_password(
    second_copy: RunningSystem, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(f"\nA later `make up` took {second_copy.seconds_to_start:.1f} seconds.")
    # On an idle machine it takes 15 seconds.
    assert second_copy.seconds_to_start < 60
    assert "Password" not in second_copy.output


def test_later_start_keeps_the_secrets(second_copy: RunningSystem) -> None:
    started = (second_copy.var / "run" / "supervisord.pid").stat().st_mtime
    for file in (second_copy.var / "secrets").iterdir():
        assert file.stat().st_mtime < started - second_copy.seconds_to_start


def test_two_copies_run_side_by_side(
    running_system: RunningSystem, second_copy: RunningSystem
) -> None:
    assert second_copy.token != running_system.token
    for copy in (running_system, second_copy):
        assert get_json(f"{copy.portal_url}/health/ready")["status"] == "ok"
        assert hub_client(copy).get_version()


def test_idle_server_shows_why_it_stopped(second_copy: RunningSystem) -> None:
    with Visitor(second_copy) as visitor:
        owner = Owner(visitor)
        owner.start()
        assert wait_until(lambda: owner.stop_reason() == "idle", 40)
        assert hub_client(second_copy).get_user(owner.name).server is None


def test_server_that_reports_activity_ends_at_its_age(second_copy: RunningSystem) -> None:
    """A server may claim to be used, with a time of the next hour."""
    with Visitor(second_copy) as visitor:
        owner = Owner(visitor)
        owner.start()
        later = (datetime.now(UTC) + timedelta(minutes=55)).isoformat()
        answer = requests.post(
            f"{second_copy.hub_api_url}/users/{owner.name}/activity",
            headers={"Authorization": f"token {second_copy.token}"},
            json={"servers": {"": {"last_activity": later}}},
            timeout=10,
        )
        assert answer.status_code == 200

        assert wait_until(lambda: owner.stop_reason() == "max_age", 90)
        assert hub_client(second_copy).get_user(owner.name).server is None
