"""Mail to staff about what a user wrote: a help request, or a further message of it."""

import logging
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from jupyter_integration.models import HelpMessage, HelpRequest
from jupyter_integration.monitoring.support_recipients import support_recipients
from portal.enqueue import enqueue_on_commit
from portal.mail.send import enqueue_mail
from portal.mail.tasks import deliver_mail

logger = logging.getLogger(__name__)


def mail_help_request(*, help_request: HelpRequest, further: HelpMessage | None = None) -> None:
    """Store one mail for each recipient, in their language; a reply goes to the user.

    One mail each: an address that the mail server refuses does not delay the others.
    """
    recipients = support_recipients()
    if not recipients:
        logger.warning(
            "%s is not mailed: no SUPPORT_EMAIL is set, and no superuser has an address",
            help_request,
        )
    for address, language in recipients.items():
        with translation.override(language):
            message = _write(help_request, further, address)
        enqueue_on_commit(deliver_mail, enqueue_mail(message).pk)


def _write(help_request: HelpRequest, further: HelpMessage | None, address: str) -> EmailMessage:
    path = reverse("admin:jupyter_integration_helprequest_change", args=[help_request.pk])
    start = help_request.spawn_request
    context = {
        "help_request": help_request,
        "further": further,
        "failure": start.failure if start and start.failure_code else None,
        "admin_url": urljoin(settings.PORTAL_URL, path),
    }
    subject = render_to_string("help/email_subject.txt", context)
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string("help/email_message.txt", context),
        to=[address],
        reply_to=[help_request.user.email] if help_request.user.email else [],
    )
