"""Error responses of the Hub: recorded ones, and each status."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from jupyter_integration.hub.errors import (
    HubBadRequest,
    HubConflict,
    HubNotFound,
    HubNotStarting,
    HubProtocolError,
    HubServerError,
    HubStarting,
    HubThrottled,
    HubUnauthorized,
)
from jupyter_integration.hub.resources import BrokenResource
from jupyter_integration.hub.responses import decode, error_class, message_of, seconds_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("user_get_missing", HubNotFound),
        ("user_create_exists", HubConflict),
        ("server_start_already_running", HubConflict),
        ("server_start_while_stopping", HubConflict),
        ("server_start_bad_body", HubBadRequest),
        ("server_start_raises", HubServerError),
        ("progress_never_started", HubNotStarting),
        ("token_absent", HubUnauthorized),
        ("token_lacks_scope_start", HubUnauthorized),
        ("limit_active_429", HubThrottled),
        ("hub_down_503_from_chp", HubStarting),
        ("user_create_name_04", HubProtocolError),
        ("user_create_name_07", HubBadRequest),
    ],
)
def test_recorded_refusal_maps_to_its_error(sample, name, kind) -> None:
    recorded = sample(name)
    body = recorded["body"]
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()

    assert error_class(recorded["status"], message_of(raw)) is kind


def test_proxy_response_means_the_hub_is_starting(sample) -> None:
    from_proxy = [
        (status, body)
        for _, status, body, content_type in sample("hub_starting_timeline")[1:]
        if content_type is None
    ]

    assert from_proxy == [(404, "Not Found"), (503, "Service Unavailable")]
    for status, body in from_proxy:
        assert error_class(status, message_of(body.encode())) is HubStarting


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (401, None, HubUnauthorized),
        (404, None, HubStarting),
        (404, "", HubNotFound),
        (502, None, HubServerError),
        (503, None, HubStarting),
        (503, "", HubServerError),
        (400, None, HubBadRequest),
        (400, "sara is pending check", HubConflict),
        (400, "sara's server is in the process of stopping, please wait.", HubConflict),
        (400, "Invalid username: is already running!", HubBadRequest),
        (200, None, HubProtocolError),
        (302, None, HubProtocolError),
        (600, None, HubProtocolError),
    ],
)
def test_each_status_maps_to_its_error(status, message, kind) -> None:
    assert error_class(status, message) is kind


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"status": 404, "message": null}', ""),
        (b'{"status": 404, "message": "no\\nnew\\u0000lines"}', "nonewlines"),
        (b'{"message": "' + b"x" * 9000 + b'"}', "x" * 500),
        (b'{"error": "no backend"}', None),
        (b"[]", None),
        (b"<html>404</html>", None),
        (b"\xff\xfe", None),
    ],
)
def test_only_the_hubs_own_message_is_kept(body, message) -> None:
    assert message_of(body) == message


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b"1" * 5000])
def test_invalid_json_is_refused_without_quoting_it(body) -> None:
    with pytest.raises(BrokenResource) as broken:
        decode(body)

    assert str(broken.value) == "the body is not JSON"
    assert broken.value.__context__ is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("49", 49.0),
        (" 0 ", 0.0),
        ("-5", None),
        ("nan", None),
        ("9" * 400, None),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
    ],
)
def test_retry_after_is_read(header, seconds) -> None:
    assert seconds_of(header) == seconds


def test_retry_after_may_be_a_date() -> None:
    moment = datetime.now(UTC) + timedelta(seconds=60)

    seconds = seconds_of(format_datetime(moment, usegmt=True))

    assert seconds is not None
    assert 55 < seconds <= 60
