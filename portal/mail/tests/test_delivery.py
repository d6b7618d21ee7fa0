"""Delivery of mail: no failure of broker, mail server or worker loses one."""

import time
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPConnectError, SMTPDataError, SMTPException, SMTPRecipientsRefused
from threading import Barrier

import pytest
from django.core import mail
from django.core.mail import EmailMessage
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
    MAIL_EXPIRES_AFTER,
    MailServerUnavailableError,
    deliver_mail,
    deliver_waiting_mail,
)
from portal.mail.trial_backend import LogAndFileEmailBackend


class BrokenMailServer(BaseEmailBackend):
    """Raises the given failure for an address, or is slow."""

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
    row = OutgoingMail.objects.create(
        subject="موضوع",
        body="متن",
        html="<p>متن</p>",
        sender="shaparak@example.ir",
        recipients=[address],
    )
    OutgoingMail.objects.filter(pk=row.pk).update(created_at=timezone.now() - age)
    return row


def make_due() -> None:
    OutgoingMail.objects.update(not_before=timezone.now())


def ask_for_reset(client: Client, address: str) -> None:
    client.post(reverse("account_reset_password"), {"email": address})


def test_reset_mail_is_stored_then_delivered(client: Client, sara: User, workers) -> None:
    with workers.committing():
        ask_for_reset(client, "sara@example.ir")

    row = OutgoingMail.objects.get()
    assert row.recipients == ["sara@example.ir"]
    assert "/accounts/password/reset/key/" in row.body
    assert workers.sent == [("mail.deliver", (row.pk,))]
    assert mail.outbox == []

    workers.work_off()

    [message] = mail.outbox
    assert message.to == ["sara@example.ir"]
    assert message.from_email == "shaparak@localhost"
    assert "\n" not in message.subject
    assert not OutgoingMail.objects.exists()


def test_unavailable_broker_only_delays_mail(client: Client, sara: User, workers) -> None:
    with broken_broker(), workers.committing():
        ask_for_reset(client, "sara@example.ir")
    assert workers.sent == []

    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(seconds=10))
    deliver_waiting_mail()

    assert [message.to for message in mail.outbox] == [["sara@example.ir"]]


def test_repeated_task_sends_mail_once(db: None) -> None:
    row = write_to("sara@example.ir")

    deliver_mail(mail_id=row.pk)
    deliver_mail(mail_id=row.pk)

    [message] = mail.outbox
    assert message.alternatives[0].content == "<p>متن</p>"


@pytest.mark.parametrize("failure", [ConnectionRefusedError(), SMTPConnectError(421, b"later")])
def test_retry_delay_grows_while_server_is_unavailable(
    db: None, mail_server, failure: OSError
) -> None:
    mail_server.failures = {"sara@example.ir": failure}
    row = write_to("sara@example.ir")
    delays = []
    for _attempt in range(3):
        make_due()
        with pytest.raises(MailServerUnavailableError):
            deliver_mail(mail_id=row.pk)
        row.refresh_from_db()
        delays.append((row.not_before - timezone.now()).total_seconds())

    assert 25 < delays[0] < delays[1] < delays[2]

    mail_server.failures = {}
    make_due()
    deliver_mail(mail_id=row.pk)
    assert len(mail.outbox) == 1


def test_sweep_skips_new_and_delayed_mails(db: None, mail_server) -> None:
    delayed = write_to("sara@example.ir")
    OutgoingMail.objects.update(not_before=timezone.now() + timedelta(seconds=30))
    write_to("omid@example.ir", age=timedelta(0))  # its task is still in the queue

    deliver_mail(mail_id=delayed.pk)
    deliver_waiting_mail()

    assert mail_server.attempts == []


def test_unavailable_server_is_tried_once_a_sweep(db: None, mail_server) -> None:
    addresses = [f"student{number}@example.ir" for number in range(3)]
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
def test_refused_mail_does_not_block_others(db: None, mail_server, failure: SMTPException) -> None:
    mail_server.failures = {"sara@example.ir": failure}
    write_to("sara@example.ir")
    write_to("omid@example.ir")

    deliver_waiting_mail()

    assert [message.to for message in mail.outbox] == [["omid@example.ir"]]
    assert OutgoingMail.objects.get().recipients == ["sara@example.ir"]


def test_undelivered_mail_expires_and_is_logged(
    db: None, mail_server, caplog: pytest.LogCaptureFixture
) -> None:
    mail_server.failures = {"sara@example.ir": TimeoutError()}
    write_to("sara@example.ir", age=MAIL_EXPIRES_AFTER + timedelta(seconds=1))

    deliver_waiting_mail()

    assert not OutgoingMail.objects.exists()
    assert "expired" in caplog.text


def test_log_has_neither_text_nor_address(
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
def test_concurrent_workers_send_mail_once(mail_server, monkeypatch: pytest.MonkeyPatch) -> None:
    """All find it before the first one claims it, and before it is sent."""
    mail_server.seconds = 0.3
    row = write_to("sara@example.ir")
    all_found_it = Barrier(4)
    claim = send._claim

    def claim_together(found: OutgoingMail) -> bool:
        all_found_it.wait(timeout=10)
        return claim(found)

    monkeypatch.setattr(send, "_claim", claim_together)

    at_once(lambda _worker: deliver_mail(mail_id=row.pk), range(4))

    assert len(mail.outbox) == 1


def test_mail_of_dead_worker_is_retried(db: None, monkeypatch) -> None:
    class PowerCut(BaseException):
        pass

    def die(*_arguments: object) -> None:
        raise PowerCut

    row = write_to("sara@example.ir")
    with monkeypatch.context() as dying:
        dying.setattr("django.core.mail.EmailMultiAlternatives.send", die)
        with pytest.raises(PowerCut):
            deliver_mail(mail_id=row.pk)

    make_due()
    deliver_waiting_mail()
    assert len(mail.outbox) == 1


def test_page_does_not_reveal_known_addresses(client: Client, sara: User, workers) -> None:
    with workers.committing():
        known = client.post(reverse("account_reset_password"), {"email": "sara@example.ir"})
        unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.ir"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert OutgoingMail.objects.count() == 2


def test_trial_mode_logs_mail_and_writes_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backend = LogAndFileEmailBackend(file_path=tmp_path / "mail")

    backend.send_messages([EmailMessage("موضوع", "متن نامه", "a@example.ir", ["b@example.ir"])])

    [file] = (tmp_path / "mail").iterdir()
    for text in (file.read_text(), capsys.readouterr().err):
        assert "b@example.ir" in text
        assert "متن نامه" in text


def test_mail_that_nobody_gave_up_is_deleted(db: None) -> None:
    """Its link opens an account, and no worker could send it."""
    for age in (timedelta(days=3), timedelta(hours=1)):
        row = send.enqueue_mail(EmailMessage("s", "b", "a@example.ir", ["sara@example.ir"]))
        OutgoingMail.objects.filter(pk=row.pk).update(created_at=timezone.now() - age)

    send.delete_expired_mail()

    assert OutgoingMail.objects.count() == 1
