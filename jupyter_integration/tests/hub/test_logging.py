"""Log lines of calls: none for a success, one for a failure."""

from __future__ import annotations

import logging

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing import FakeHub

LOGGER = "jupyter_integration.hub"


@pytest.fixture(autouse=True)
def _all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger=LOGGER)


def _lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == LOGGER]


def test_successful_call_logs_nothing(
    fake_hub: FakeHub, hub: HubClient, caplog: pytest.LogCaptureFixture
) -> None:
    hub.create_user("sara")
    hub.get_user("sara")

    assert _lines(caplog) == []


def test_failed_call_logs_one_complete_line(
    fake_hub: FakeHub, hub: HubClient, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(HubError) as failed:
        hub.get_user("a\nb")

    (line,) = _lines(caplog)
    text = line.getMessage()
    assert "GET /users/a%0Ab -> 404 (HubNotFound) after 0." in text
    assert f"request {failed.value.request_id}" in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("name", "level"),
    [("refused", logging.INFO), ("token", logging.WARNING), ("down", logging.WARNING)],
)
def test_errors_that_need_action_are_warnings(
    fake_hub: FakeHub, hub: HubClient, caplog: pytest.LogCaptureFixture, name: str, level: int
) -> None:
    if name == "token":
        hub = HubClient(HubTransport(fake_hub.api_url, "another-token"))
    elif name == "down":
        fake_hub.down()

    with pytest.raises(HubError):
        hub.get_user("sara")

    assert [line.levelno for line in _lines(caplog)] == [level]


def test_each_call_sends_a_new_request_id(hub: HubClient) -> None:
    ids = set()
    for _ in range(3):
        with pytest.raises(HubError) as failed:
            hub.get_user("sara")
        ids.add(failed.value.request_id)

    assert len(ids) == 3
