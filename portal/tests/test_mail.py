"""No mail is lost: neither with the broker, nor with the mail server, nor with a worker."""

import time
from datetime import timedelta
from smtplib import SMTPConnectError, SMTPDataError, SMTPException, SMTPRecipientsRefused
from threading import Barrier

import pytest
from celery import current_app
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.broken_broker import broken_broker
from portal.mail import send
from portal.mail.models import OutgoingMail
from portal.mail.send import (
    GIVEN_UP_AFTER,
    MailServerAwayError,
    deliver_mail,
    deliver_waiting_mail,
)


class BrokenMailServer(BaseEmailBackend):
    """Fails for the addresses that it is told, in the way that it is told, or is slow."""

    seconds = 0.0
    failures: dict[str, Exception] = {}
    attempts: list[str] = []

    def send_messages(self, messages):
        for message in messages:
            [address] = message.to
            self.attempts.append(address)
            time.sleep(self.seconds)
            if address in self.failures:
                raise self.failures[address]
        return mail.get_connection("django.core.mail.backends.locmem.EmailBackend").send_messages(
            messages
        )


@pytest.fixture
def mail_server(settings) -> type[BrokenMailServer]:
    settings.EMAIL_BACKEND = f"{__name__}.BrokenMailServer"
    BrokenMailServer.seconds = 0.0
    BrokenMailServer.failures = {}
    BrokenMailServer.attempts = []
    return BrokenMailServer


def write_to(address: str, *, age: timedelta = timedelta(minutes=1)) -> OutgoingMail:
    kept = OutgoingMail.objects.create(
        subject="موضوع", body="متن", sender="shaparak@example.ir", recipients=[address]
    )
    OutgoingMail.objects.filter(pk=kept.pk).update(created_at=timezone.now() - age)
    return kept


def make_due() -> None:
    OutgoingMail.objects.update(not_before=timezone.now())


def ask_for_reset(client: Client, address: str) -> None:
    client.post(reverse("account_reset_password"), {"email": address})


def test_a_reset_mail_is_kept_first_and_its_task_carries_nothing_but_an_id(
    client: Client, sara: User, workers
) -> None:
    with workers.committing():
        ask_for_reset(client, "sara@example.ir")

    kept = OutgoingMail.objects.get()
    assert kept.recipients == ["sara@example.ir"]
    assert "/accounts/password/reset/key/" in kept.body
    assert workers.sent == [("mail.deliver", (kept.pk,))]
    assert mail.outbox == []


def test_a_worker_delivers_it_and_keeps_nothing(client: Client, sara: User, workers) -> None:
    with workers.committing():
        ask_for_reset(client, "sara@example.ir")
    workers.work_off()

    [message] = mail.outbox
    assert message.to == ["sara@example.ir"]
    assert message.from_email == "shaparak@localhost"
    assert "\n" not in message.subject
    assert not OutgoingMail.objects.exists()


def test_with_the_broker_down_the_mail_is_kept_and_delivered_later(
    client: Client, sara: User, workers
) -> None:
    with broken_broker(), workers.committing():
        ask_for_reset(client, "sara@example.ir")
    assert workers.sent == []

    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(seconds=10))
    deliver_waiting_mail()

    assert [message.to for message in mail.outbox] == [["sara@example.ir"]]


def test_beat_looks_for_mail_that_waits(settings) -> None:
    [entry] = [
        entry
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] == "mail.deliver_waiting"
    ]
    assert entry["task"] in current_app.tasks
    assert entry["schedule"] <= 60


def test_mail_that_was_just_handed_to_a_worker_is_left_to_it(db: None) -> None:
    write_to("sara@example.ir", age=timedelta(0))

    deliver_waiting_mail()

    assert mail.outbox == []


def test_a_mail_delivered_twice_by_the_broker_is_sent_once(db: None) -> None:
    kept = write_to("sara@example.ir")

    deliver_mail(mail_id=kept.pk)
    deliver_mail(mail_id=kept.pk)

    assert len(mail.outbox) == 1


def test_html_goes_along_with_the_plain_text(db: None) -> None:
    kept = write_to("sara@example.ir")
    OutgoingMail.objects.update(html="<p>متن</p>")

    deliver_mail(mail_id=kept.pk)

    assert mail.outbox[0].alternatives[0].content == "<p>متن</p>"


@pytest.mark.parametrize(
    "failure", [ConnectionRefusedError(), TimeoutError(), SMTPConnectError(421, b"later")]
)
def test_while_the_mail_server_is_away_mail_waits_longer_and_longer(
    db: None, mail_server, failure: OSError
) -> None:
    mail_server.failures = {"sara@example.ir": failure}
    kept = write_to("sara@example.ir")
    waits = []
    for _attempt in range(3):
        make_due()
        with pytest.raises(MailServerAwayError):
            deliver_mail(mail_id=kept.pk)
        kept.refresh_from_db()
        waits.append((kept.not_before - timezone.now()).total_seconds())

    assert 25 < waits[0] < waits[1] < waits[2]

    mail_server.failures = {}
    make_due()
    deliver_mail(mail_id=kept.pk)
    assert len(mail.outbox) == 1


def test_a_mail_that_has_to_wait_is_not_tried_before(db: None, mail_server) -> None:
    kept = write_to("sara@example.ir")
    OutgoingMail.objects.update(not_before=timezone.now() + timedelta(seconds=30))

    deliver_mail(mail_id=kept.pk)
    deliver_waiting_mail()

    assert mail_server.attempts == []


def test_with_the_mail_server_away_one_attempt_stands_for_all(db: None, mail_server) -> None:
    addresses = [f"student{number}@example.ir" for number in range(5)]
    mail_server.failures = dict.fromkeys(addresses, TimeoutError())
    for address in addresses:
        write_to(address)

    deliver_waiting_mail()

    assert mail_server.attempts == addresses[:1]


@pytest.mark.parametrize(
    "failure",
    [
        SMTPRecipientsRefused({"sara@example.ir": (550, b"no such user")}),
        SMTPDataError(554, b"spam"),
    ],
)
def test_an_address_that_the_server_refuses_does_not_hold_up_the_others(
    db: None, mail_server, failure: SMTPException
) -> None:
    mail_server.failures = {"sara@example.ir": failure}
    write_to("sara@example.ir")
    write_to("omid@example.ir")

    deliver_waiting_mail()

    assert [message.to for message in mail.outbox] == [["omid@example.ir"]]
    assert OutgoingMail.objects.get().recipients == ["sara@example.ir"]


def test_a_mail_that_nobody_takes_for_days_is_given_up_with_a_line_in_the_log(
    db: None, mail_server, caplog: pytest.LogCaptureFixture
) -> None:
    mail_server.failures = {"sara@example.ir": TimeoutError()}
    write_to("sara@example.ir", age=GIVEN_UP_AFTER + timedelta(seconds=1))

    deliver_waiting_mail()

    assert not OutgoingMail.objects.exists()
    assert "given up" in caplog.text


def test_neither_text_nor_address_of_a_mail_is_in_the_log(
    client: Client, sara: User, workers, mail_server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    mail_server.failures = {"sara@example.ir": ConnectionRefusedError()}
    with workers.committing():
        ask_for_reset(client, "sara@example.ir")
    key = OutgoingMail.objects.get().body.partition("/key/")[2].split("/")[0]
    workers.work_off()

    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("portal.mail"))
    assert ours
    assert key not in caplog.text
    assert "sara@" not in ours


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_sends_it(mail_server, monkeypatch: pytest.MonkeyPatch) -> None:
    """All have found it before the first takes it, and before it is sent."""
    mail_server.seconds = 0.3
    kept = write_to("sara@example.ir")
    everybody_found_it = Barrier(4)
    claim = send._claim

    def claim_together(found: OutgoingMail) -> bool:
        everybody_found_it.wait(timeout=10)
        return claim(found)

    monkeypatch.setattr(send, "_claim", claim_together)

    at_once(lambda _worker: deliver_mail(mail_id=kept.pk), range(4))

    assert len(mail.outbox) == 1


def test_a_worker_that_dies_in_between_leaves_the_mail_to_another(db: None, monkeypatch) -> None:
    class PowerCut(BaseException):
        pass

    def die(*_arguments: object) -> None:
        raise PowerCut

    kept = write_to("sara@example.ir")
    with monkeypatch.context() as dying:
        dying.setattr("django.core.mail.EmailMultiAlternatives.send", die)
        with pytest.raises(PowerCut):
            deliver_mail(mail_id=kept.pk)

    make_due()
    deliver_waiting_mail()
    assert len(mail.outbox) == 1


def test_an_unknown_address_gets_a_mail_that_says_so_and_the_page_says_the_same_to_all(
    client: Client, sara: User, workers
) -> None:
    with workers.committing():
        known = client.post(reverse("account_reset_password"), {"email": "sara@example.ir"})
        unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.ir"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert OutgoingMail.objects.count() == 2
