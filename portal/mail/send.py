"""Delivery of the outbox: a mail is stored first, then retried until the server accepts it."""

import logging
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils import timezone

from portal.batches import delete_in_batches
from portal.mail.models import OutgoingMail

logger = logging.getLogger(__name__)

FIRST_RETRY_DELAY = timedelta(seconds=30)
"""Longer than one attempt takes; doubled with each attempt."""

LONGEST_RETRY_DELAY = timedelta(hours=1)
MAIL_EXPIRES_AFTER = timedelta(days=2)
DELIVERY_GRACE_PERIOD = timedelta(seconds=3)
"""A younger mail has a task of its own in the queue."""


class MailServerUnavailableError(Exception):
    """The mail server cannot be reached, or accepts no mail at all at the moment."""


def enqueue_mail(message: EmailMessage) -> OutgoingMail:
    """Store a mail in the outbox and return its row; the caller enqueues `tasks.deliver_mail`."""
    alternatives = getattr(message, "alternatives", [])
    return OutgoingMail.objects.create(
        subject=str(message.subject),
        body=str(message.body),
        html=alternatives[0].content if alternatives else "",
        sender=message.from_email,
        recipients=message.to,
        reply_to=message.reply_to,
    )


def deliver_mail(*, mail_id: int) -> None:
    """Send one mail, unless another worker is sending it or its next attempt is not due.

    A worker that dies between sending and deleting leaves a mail that is sent a second time: better
    twice than never.

    Raises:
        MailServerUnavailableError: the mail stays in the outbox and is retried later.
    """
    mail = OutgoingMail.objects.due().filter(pk=mail_id).first()
    if mail is None or not _claim(mail):
        return
    try:
        _as_message(mail).send()
    except (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError) as error:
        # The server refuses this one mail; it may accept others.
        _retry_or_expire(mail, error)
        return
    except OSError as error:  # the base class of smtplib's errors
        _retry_or_expire(mail, error)
        raise MailServerUnavailableError from error
    mail.delete()


def deliver_waiting_mail() -> None:
    """Send all due mails, the longest waiting first, until the mail server is unavailable.

    One failed attempt is enough then: each of three hundred more would take a timeout.
    """
    before = timezone.now() - DELIVERY_GRACE_PERIOD
    waiting = OutgoingMail.objects.due().filter(created_at__lt=before).order_by("not_before", "pk")
    try:
        for mail_id in waiting.values_list("pk", flat=True):
            deliver_mail(mail_id=mail_id)
    except MailServerUnavailableError:
        return


def delete_expired_mail() -> None:
    """Delete mails that no worker could send or give up: their links open accounts."""
    oldest = timezone.now() - MAIL_EXPIRES_AFTER - LONGEST_RETRY_DELAY
    if deleted := delete_in_batches(OutgoingMail.objects.filter(created_at__lt=oldest)):
        logger.error("%d mails expired undelivered", deleted)


def _claim(mail: OutgoingMail) -> bool:
    """Count an attempt and delay the next; return whether this worker may send the mail."""
    delay = min(FIRST_RETRY_DELAY * 2**mail.attempts, LONGEST_RETRY_DELAY)
    return bool(
        OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts).update(
            attempts=mail.attempts + 1, not_before=timezone.now() + delay
        )
    )


def _retry_or_expire(mail: OutgoingMail, error: OSError) -> None:
    if timezone.now() - mail.created_at > MAIL_EXPIRES_AFTER:
        logger.error("%s expired undelivered: %r", mail, error)
        mail.delete()
    else:
        logger.warning("%s is not delivered yet: %r", mail, error)


def _as_message(mail: OutgoingMail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        mail.subject, mail.body, mail.sender, mail.recipients, reply_to=mail.reply_to
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message
