"""Celery tasks of the mail outbox."""

import logging

from celery import shared_task

from portal.mail import send

logger = logging.getLogger(__name__)


@shared_task(name="mail.deliver")
def deliver_mail(mail_id: int) -> None:
    try:
        send.deliver_mail(mail_id=mail_id)
    except send.MailServerUnavailableError:
        logger.info("Mail %s waits until the mail server is available", mail_id)


@shared_task(name="mail.deliver_waiting")
def deliver_waiting_mail() -> None:
    send.deliver_waiting_mail()


@shared_task(name="mail.delete_expired")
def delete_expired_mail() -> None:
    send.delete_expired_mail()
