"""Background work of accounts: delivering mail."""

import logging

from celery import shared_task

from accounts.services import send_mail

logger = logging.getLogger(__name__)


@shared_task(name="accounts.deliver_mail")
def deliver_mail(mail_id: int) -> None:
    try:
        send_mail.deliver_mail(mail_id=mail_id)
    except send_mail.MailServerAwayError:
        logger.info("Mail %s waits for the mail server", mail_id)


@shared_task(name="accounts.deliver_waiting_mail")
def deliver_waiting_mail() -> None:
    send_mail.deliver_waiting_mail()
