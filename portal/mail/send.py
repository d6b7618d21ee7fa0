"""Mail: kept first, then handed to the mail server, again and again until that has it."""

import logging
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.utils import timezone

from portal.mail.models import OutgoingMail

logger = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(seconds=30)
"""Longer than one attempt takes; doubled each time."""

LONGEST_PAUSE = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=2)
SETTLED_IN = timedelta(seconds=3)
"""Younger mail was handed to a worker a moment ago."""


class MailServerAwayError(Exception):
    """The mail server cannot be reached, or takes no mail at all now."""


def keep_mail(message: EmailMessage) -> OutgoingMail:
    """Record a mail that is to be sent; whoever calls wakes a worker for it."""
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
    """Hand one mail to the mail server, unless another worker is at it or it has to wait.

    A worker that dies in between may have sent it: then it comes a second time, which is better
    than never. Raises MailServerAwayError; the mail is tried again later.
    """
    mail = OutgoingMail.objects.due().filter(pk=mail_id).first()
    if mail is None or not _claim(mail):
        return
    try:
        _as_message(mail).send()
    except (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError) as error:
        # An answer about this one mail; others may pass.
        _keep_or_give_up(mail, error)
        return
    except OSError as error:  # of which smtplib's errors are
        _keep_or_give_up(mail, error)
        raise MailServerAwayError from error
    mail.delete()


def deliver_waiting_mail() -> None:
    """Hand over what waits, the longest waiting first, until the mail server fails.

    One attempt then tells as much as three hundred, of which each may take a timeout.
    """
    before = timezone.now() - SETTLED_IN
    waiting = OutgoingMail.objects.due().filter(created_at__lt=before).order_by("not_before", "pk")
    try:
        for mail_id in waiting.values_list("pk", flat=True):
            deliver_mail(mail_id=mail_id)
    except MailServerAwayError:
        return


def _claim(mail: OutgoingMail) -> bool:
    pause = min(FIRST_PAUSE * 2**mail.attempts, LONGEST_PAUSE)
    return bool(
        OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts).update(
            attempts=mail.attempts + 1, not_before=timezone.now() + pause
        )
    )


def _keep_or_give_up(mail: OutgoingMail, error: OSError) -> None:
    if timezone.now() - mail.created_at > GIVEN_UP_AFTER:
        logger.error("%s is given up, undelivered: %r", mail, error)
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
