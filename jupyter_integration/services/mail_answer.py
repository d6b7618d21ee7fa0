"""Mail to a user with an answer of staff to their help request."""

from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.services.settle_addresses import confirmed_main_address
from jupyter_integration.models import HelpMessage
from portal.enqueue import enqueue_on_commit
from portal.mail.send import enqueue_mail
from portal.mail.tasks import deliver_mail


def mail_answer(*, answer: HelpMessage) -> str:
    """Store the mail in the user's language; return its address, "" if there is no mail.

    Only a confirmed address gets one: the answer may quote what nobody else shall read.
    """
    user = answer.help_request.user
    address = confirmed_main_address(user=user)
    if not address:
        return ""
    path = reverse("help_request", args=[answer.help_request_id])
    context = {"answer": answer, "user": user, "page_url": urljoin(settings.PORTAL_URL, path)}
    with translation.override(user.language):
        subject = render_to_string("help/answer_subject.txt", context)
        body = render_to_string("help/answer_message.txt", context)
    message = EmailMessage(
        subject=" ".join(subject.split()), body=body, to=[address], reply_to=settings.SUPPORT_EMAIL
    )
    enqueue_on_commit(deliver_mail, enqueue_mail(message).pk)
    return address
