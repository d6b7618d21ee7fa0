"""Answers of staff to help requests, and what staff do with a request without a text."""

import logging
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.settle_addresses import confirmed_main_address
from jupyter_integration.models import HelpMessage, HelpRequest
from jupyter_integration.services.mail_answer import mail_answer

logger = logging.getLogger(__name__)


class ThreadChangedError(Exception):
    """Somebody wrote in the thread after its last message that this person saw."""


@dataclass(frozen=True, slots=True)
class SentAnswer:
    message: HelpMessage
    mailed_to: str
    """The user's confirmed address; "" if the answer is only in the portal."""


def answer_help(
    *, help_request: HelpRequest, staff: User, text: str, last_seen: int, closes: bool = False
) -> SentAnswer:
    """Store the answer and the mail to the user, both or neither.

    `last_seen` is the primary key of the last message that `staff` saw, 0 for none. The same answer
    sent twice is stored and mailed once.

    Raises:
        ThreadChangedError: nothing is stored.
    """
    with transaction.atomic():
        ensure_unchanged(help_request=help_request, staff=staff, text=text, last_seen=last_seen)
        if sent := _sent_already(help_request, staff, text, last_seen):
            return SentAnswer(sent, confirmed_main_address(user=help_request.user))
        answer = HelpMessage.objects.create(
            help_request=help_request, author=staff, is_from_staff=True, text=text
        )
        now = timezone.now()
        HelpRequest.objects.filter(pk=help_request.pk).update(
            answered_at=now, answered_by=staff, closed_at=now if closes else None
        )
        mailed_to = mail_answer(answer=answer)
    logger.info("%s: answered by %s", help_request, staff.hub_username)
    return SentAnswer(answer, mailed_to)


def ensure_unchanged(*, help_request: HelpRequest, staff: User, text: str, last_seen: int) -> None:
    """Lock the request until the end of the transaction; raise ThreadChangedError.

    An answer that `staff` has sent already, by a second click, counts as no change.
    """
    HelpRequest.objects.select_for_update().get(pk=help_request.pk)
    newest = help_request.messages.last()
    if newest is None or newest.pk <= last_seen:
        return
    if _sent_already(help_request, staff, text, last_seen) is None:
        raise ThreadChangedError


def close_help(*, help_request: HelpRequest, staff: User) -> bool:
    """Close the request, answered or not; return False if it is closed already."""
    now = timezone.now()
    with transaction.atomic():
        stored = HelpRequest.objects.select_for_update().get(pk=help_request.pk)
        if stored.state == stored.State.CLOSED:
            return False
        answered = {} if stored.answered_at else {"answered_at": now, "answered_by": staff}
        HelpRequest.objects.filter(pk=stored.pk).update(closed_at=now, **answered)
    logger.info("%s: closed by %s", help_request, staff.hub_username)
    return True


def reopen_help(*, help_request: HelpRequest) -> bool:
    """Have the request wait for staff again; return False if it does already."""
    rows = HelpRequest.objects.filter(pk=help_request.pk, answered_at__isnull=False)
    if not rows.update(answered_at=None, answered_by=None, closed_at=None):
        return False
    logger.info("%s: open again", help_request)
    return True


def _sent_already(
    help_request: HelpRequest, staff: User, text: str, last_seen: int
) -> HelpMessage | None:
    """Return the newest message if `staff` wrote exactly this after what they saw."""
    newest = help_request.messages.last()
    if newest is None or newest.pk <= last_seen or not newest.is_from_staff:
        return None
    return newest if (newest.author_id, newest.text) == (staff.pk, text) else None
