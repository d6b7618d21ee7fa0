"""Removal of a person's second factors by staff, after the phone and the codes are lost."""

from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from accounts.audit_log import Event, record_on_commit
from accounts.models import User
from portal.enqueue import enqueue_on_commit
from portal.mail.send import enqueue_mail
from portal.mail.tasks import deliver_mail


def remove_second_factor(*, user: User) -> bool:
    """Delete all factors and recovery codes of the account; return whether there were any.

    The person gets a mail: whoever persuaded staff may be somebody else.
    """
    with transaction.atomic():
        removed, _by_model = Authenticator.objects.filter(user=user).delete()
        if not removed:
            return False
        record_on_commit(Event.FACTOR_REMOVED, user=user, reason="lost", number=removed)
        if user.email:
            enqueue_on_commit(deliver_mail, enqueue_mail(_notice(user)).pk)
    return True


def _notice(user: User) -> EmailMessage:
    template = "mfa/email/removed_by_staff"
    context = {"user": user, "current_site": {"domain": urlsplit(settings.PORTAL_URL).netloc}}
    with translation.override(user.language):
        return EmailMessage(
            subject=render_to_string(f"{template}_subject.txt", context).strip(),
            body=render_to_string(f"{template}_message.txt", context),
            to=[user.email],
        )
