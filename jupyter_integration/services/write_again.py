"""Further messages of a user in one of their help requests."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import HelpMessage, HelpRequest
from jupyter_integration.services.mail_help_request import mail_help_request

logger = logging.getLogger(__name__)

MAX_MESSAGES_PER_HOUR = 10
LONGEST_THREAD = 200  # messages; the pages show all of them
SAME_WITHIN = timedelta(minutes=10)
"""Within this time the same text is the same message, sent twice."""


class TooManyMessagesError(Exception):
    """The user has sent MAX_MESSAGES_PER_HOUR further messages within the last hour."""


class ThreadFullError(Exception):
    """The request has LONGEST_THREAD messages."""


def write_again(*, help_request: HelpRequest, text: str) -> HelpMessage:
    """Store the owner's message and the mail to staff, both or neither; the request is open again.

    Return the stored message if the same is sent twice.

    Raises TooManyMessagesError, ThreadFullError.
    """
    user = help_request.user
    with transaction.atomic():
        # One message of a user at a time, as for requests: two clicks must not both pass the count.
        User.objects.select_for_update().get(pk=user.pk)
        # An answer of staff, who look at the last message, waits or was before.
        HelpRequest.objects.select_for_update().get(pk=help_request.pk)
        newest = help_request.messages.last()
        if newest is not None and _is_same(newest, text):
            return newest
        own = HelpMessage.objects.filter(help_request__user=user, is_from_staff=False)
        if own.filter(created_at__gt=timezone.now() - timedelta(hours=1)).count() >= (
            MAX_MESSAGES_PER_HOUR
        ):
            raise TooManyMessagesError
        if help_request.messages.count() >= LONGEST_THREAD:
            raise ThreadFullError
        message = HelpMessage.objects.create(
            help_request=help_request, author=user, is_from_staff=False, text=text
        )
        HelpRequest.objects.filter(pk=help_request.pk).update(
            answered_at=None, answered_by=None, closed_at=None
        )
        mail_help_request(help_request=help_request, further=message)
    logger.info("%s: %s writes again", help_request, user.hub_username)
    return message


def _is_same(message: HelpMessage, text: str) -> bool:
    is_recent = message.created_at > timezone.now() - SAME_WITHIN
    return not message.is_from_staff and message.text == text and is_recent
