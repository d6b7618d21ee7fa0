"""Signed messages of the portal, as the Hub reads them, and of the Hub, as the portal does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from jupyter_integration.hub import signed

SECRET = "whsec_dGVzdHMgb25seTogc2VjcmV0IG9mIHdlYmhvb2tz"
OTHER = "whsec_YW5vdGhlciBzZWNyZXQgb2Ygd2ViaG9va3M="


def message(kind: str = "sessions.end", *, age: timedelta = timedelta(0), secret: str = SECRET):
    body = json.dumps({"type": kind, "data": {"username": "sara"}})
    now = datetime.now(UTC) - age
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, body),
    }, body.encode()


def test_message_of_the_portal_is_read(load: Any) -> None:
    reader = load("portal_messages").EndSessionsMessages([OTHER, SECRET])
    body, headers = signed.end_sessions_message([SECRET], "sara")
    assert reader.read(headers, json.dumps(body).encode()) == "sara"


def test_message_counts_once(load: Any) -> None:
    reader = load("portal_messages").EndSessionsMessages([SECRET])
    assert reader.read(*message()) == "sara"
    assert reader.read(*message()) is None


@pytest.mark.parametrize(
    "forge",
    [
        lambda: message("server.exited"),
        lambda: message(age=timedelta(minutes=6)),
        lambda: message(age=timedelta(minutes=-6)),
        lambda: message(secret=OTHER),
        lambda: ({}, b"{}"),
        lambda: (message()[0], b'{"type": "sessions.end", "data": {"username": "omid"}}'),
    ],
)
def test_message_of_another_kind_is_refused(load: Any, forge: Any) -> None:
    module = load("portal_messages")
    with pytest.raises(module.MessageRefused):
        module.EndSessionsMessages([SECRET]).read(*forge())


def test_portal_and_hub_read_each_others_proofs(load: Any) -> None:
    hub = load("portal_messages")
    assert hub.signed_out_accounts([SECRET], signed.sign_out_proof([SECRET], ["sara"])) == {"sara"}
    assert signed.signed_in_accounts([SECRET], hub.sign_out_request(SECRET, "sara")) == {"sara"}


def test_neither_side_accepts_its_own_proof(load: Any) -> None:
    hub = load("portal_messages")
    assert hub.signed_out_accounts([SECRET], hub.sign_out_request(SECRET, "sara")) == frozenset()
    assert not signed.signed_in_accounts([SECRET], signed.sign_out_proof([SECRET], ["sara"]))
    assert hub.signed_out_accounts([OTHER], signed.sign_out_proof([SECRET], ["sara"])) == set()
