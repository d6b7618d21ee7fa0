"""Webhook of the Hub: events with a signature of the last five minutes, each stored once."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client, RequestFactory

from jupyter_integration.models import HubEvent
from jupyter_integration.testing.hub_hooks import ADDRESS, SentEvent, post, post_raw
from jupyter_integration.webhooks import receive_hub_event

pytestmark = pytest.mark.django_db

OLD_SECRET = "whsec_" + "b2xk" * 10
NEW_SECRET = "whsec_" + "bmV3" * 10

STARTED = SentEvent(kind="server.started", username="sara")
GOOD = json.loads(STARTED.body)


def altered(**changes: object) -> str:
    return json.dumps(GOOD | changes)


def with_status(number: str) -> str:
    return STARTED.body.replace('"exit_status": null', f'"exit_status": {number}')


def test_signed_event_is_stored() -> None:
    used = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    ended = used + timedelta(hours=1)
    event = SentEvent(
        kind="server.exited",
        username="sara",
        happened_at=ended,
        exit_status=137,
        reason="Evicted",
        message="The node was low\non resource: memory. ",
        last_activity=used,
    )

    response = post(event)

    assert (response.status_code, response.content) == (204, b"")
    stored = HubEvent.objects.get()
    assert (stored.message_id, stored.kind, stored.hub_username) == (
        event.id,
        "server.exited",
        "sara",
    )
    assert (stored.happened_at, stored.exit_status, stored.last_activity) == (ended, 137, used)
    assert (stored.reason, stored.message) == ("Evicted", "The node was low on resource: memory.")


def test_long_message_of_an_event_is_cut() -> None:
    post(SentEvent(kind="server.exited", username="sara", message="x" * 1000))

    assert HubEvent.objects.get().message == "x" * 255


def test_webhook_uses_no_session(django_assert_max_num_queries) -> None:
    # The insert with its savepoint, the account, and the cache's row of refused events.
    with django_assert_max_num_queries(5):
        response = post(STARTED)

    assert not response.cookies


def test_other_methods_are_refused() -> None:
    assert Client().get(ADDRESS).status_code == 405


@pytest.mark.parametrize("hub_ahead", [timedelta(minutes=4), timedelta(minutes=-4)])
def test_event_times_are_stored_by_portal_clock(hub_ahead: timedelta) -> None:
    now = datetime.now(UTC)
    by_the_hub = now + hub_ahead
    event = SentEvent(
        kind="server.exited",
        username="sara",
        happened_at=by_the_hub - timedelta(seconds=30),
        last_activity=by_the_hub - timedelta(hours=1),
    )

    assert post(event, sent_at=by_the_hub).status_code == 204

    stored = HubEvent.objects.get()
    second = timedelta(seconds=2)
    assert abs(stored.happened_at - (now - timedelta(seconds=30))) < second
    assert stored.last_activity is not None
    assert abs(stored.last_activity - (now - timedelta(hours=1))) < second


class TestSignatures:
    def test_signature_with_another_secret_is_refused(self) -> None:
        assert post(STARTED, secrets=[NEW_SECRET]).status_code == 403
        assert not HubEvent.objects.exists()

    @pytest.mark.parametrize(
        ("header", "value"),
        [
            ("webhook_signature", ""),
            ("webhook_signature", "v1"),
            ("webhook_signature", "v1,no base64 at all"),
            ("webhook_signature", "v1," + "A" * 43 + "="),
            ("webhook_id", ""),
            ("webhook_id", "msg_2"),
            ("webhook_timestamp", ""),
            ("webhook_timestamp", "nan"),
        ],
    )
    def test_wrong_header_is_refused(self, header: str, value: str) -> None:
        assert post_raw(STARTED.body, **{header: value}).status_code == 403
        assert not HubEvent.objects.exists()

    def test_changed_body_is_refused(self) -> None:
        signature = post_raw(STARTED.body).wsgi_request.headers["webhook-signature"]

        response = post_raw(STARTED.body.replace("sara", "omid"), webhook_signature=signature)

        assert response.status_code == 403
        assert not HubEvent.objects.filter(hub_username="omid").exists()

    def test_body_that_is_no_text_is_refused(self) -> None:
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(datetime.now(UTC).timestamp())),
            "webhook-signature": "v1," + "A" * 43 + "=",
        }
        response = Client().post(ADDRESS, b"\xff\xfe", "application/json", headers=headers)

        assert response.status_code == 403

    def test_event_is_refused_without_a_secret(self, settings) -> None:
        settings.WEBHOOK_SECRETS = []

        assert post(STARTED, secrets=[NEW_SECRET]).status_code == 403

    @pytest.mark.parametrize(
        ("portal_knows", "hub_signs_with"),
        [
            ([OLD_SECRET, NEW_SECRET], [OLD_SECRET]),
            ([OLD_SECRET, NEW_SECRET], [NEW_SECRET]),
            ([OLD_SECRET], [NEW_SECRET, OLD_SECRET]),
        ],
    )
    def test_each_of_two_secrets_is_accepted(
        self, settings, portal_knows: list[str], hub_signs_with: list[str]
    ) -> None:
        settings.WEBHOOK_SECRETS = portal_knows

        assert post(STARTED, secrets=hub_signs_with).status_code == 204


class TestTime:
    @pytest.mark.parametrize(
        ("minutes", "status"), [(-5.1, 403), (-4.9, 204), (4.9, 204), (5.1, 403)]
    )
    def test_older_and_future_signatures_are_refused(self, minutes: float, status: int) -> None:
        sent_at = datetime.now(UTC) + timedelta(minutes=minutes)
        assert post(STARTED, sent_at=sent_at).status_code == status
        assert HubEvent.objects.exists() == (status == 204)


def test_replay_returns_204_and_changes_nothing(sara, workers) -> None:
    with workers.committing():
        assert post(STARTED).status_code == 204
    assert workers.count("server.refresh") == 1
    workers.forget()

    with workers.committing():
        assert post(STARTED).status_code == 204

    assert HubEvent.objects.count() == 1
    assert workers.sent == []


class TestBodies:
    def test_long_body_is_refused(self) -> None:
        body = altered(filler="x" * 16 * 1024)

        assert post_raw(body).status_code == 413
        assert not HubEvent.objects.exists()

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "no JSON",
            altered(data=None),
            altered(timestamp=None),
            altered(timestamp="2026-11-23T10:00:00"),
            altered(type="x" * 65),
            altered(data={"username": "x" * 256}),
            altered(data={"username": "sa\0ra"}),
            altered(data={"username": 7}),
            altered(data={"username": "sara", "exit_status": -9}),
            altered(data={"username": "sara", "last_activity": "yesterday"}),
            altered(data={"username": "sara", "reason": "x" * 65}),
            altered(data={"username": "sara", "message": 7}),
            "[" * 8_000,
            '{"a":' * 2_500 + "1" + "}" * 2_500,
            with_status("1" * 5_000),
            with_status("1" * 4_000),
            with_status("1e999"),
            altered(data={"username": "sara\ud800"}),
            altered(timestamp="0001-01-01T00:00:00+14:00"),
            altered(timestamp="9999-12-31T23:59:59-14:00"),
        ],
        ids=[
            *("empty", "no JSON", "no data", "no time", "time without zone", "long type"),
            *("long name", "name with NUL", "number as name", "low status", "wrong activity"),
            *("long reason", "number as message"),
            *("deep lists", "deep objects", "5,000 digits", "4,000 digits", "infinite"),
            *("half a character", "before year 1", "after year 9999"),
        ],
    )
    def test_malformed_event_is_refused(self, body: str) -> None:
        assert post_raw(body).status_code == 400
        assert not HubEvent.objects.exists()

    def test_length_with_many_digits_is_refused(self) -> None:
        request = RequestFactory().post(ADDRESS, b"", "application/json")
        request.META["CONTENT_LENGTH"] = "9" * 5_000

        assert receive_hub_event(request).status_code == 413

    def test_unknown_event_type_is_stored(self) -> None:
        assert post_raw(altered(type="server.renamed", more=1)).status_code == 204
        assert HubEvent.objects.get().kind == "server.renamed"

    def test_long_message_id_is_refused(self) -> None:
        assert post_raw(STARTED.body, message_id="m" * 256).status_code == 400


def test_webhook_is_exempt_from_the_tls_redirect(settings) -> None:
    settings.SECURE_SSL_REDIRECT = True

    assert post(STARTED).status_code == 204
