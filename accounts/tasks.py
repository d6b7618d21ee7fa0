"""Background work of accounts: delivering mail."""

from smtplib import SMTPException
from typing import TypedDict

from celery import shared_task
from django.core.mail import EmailMultiAlternatives


class Mail(TypedDict):
    subject: str
    body: str
    sender: str
    to: list[str]
    html: str  # empty: text only


@shared_task(
    name="accounts.deliver_mail",
    autoretry_for=(SMTPException, OSError),
    retry_backoff=5,  # seconds, doubled each time
    retry_backoff_max=600,
    max_retries=8,
)
def deliver_mail(mail: Mail) -> None:
    message = EmailMultiAlternatives(mail["subject"], mail["body"], mail["sender"], mail["to"])
    if mail["html"]:
        message.attach_alternative(mail["html"], "text/html")
    message.send()
