"""Thread of a help request: its first text and all messages after it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import HelpMessage, HelpRequest
from jupyter_integration.models.shown_rows import invalidate_user_rows


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    message_id: int
    """0 for the first text, which is part of the request."""
    author: User | None
    """None: the account is deleted."""
    is_from_staff: bool
    text: str
    created_at: datetime
    read_at: datetime | None
    """When the user first saw an answer of staff."""


def read_thread(*, help_request: HelpRequest) -> list[ThreadEntry]:
    """Return the entries, the oldest first; there is always one."""
    first = ThreadEntry(
        message_id=0,
        author=help_request.user,
        is_from_staff=False,
        text=help_request.words,
        created_at=help_request.created_at,
        read_at=None,
    )
    rows = help_request.messages.select_related("author")
    return [first, *(_entry(row) for row in rows)]


def mark_answers_read(*, help_request: HelpRequest) -> None:
    """Record that the user has opened the page with the answers."""
    unread = HelpMessage.objects.filter(
        help_request=help_request, is_from_staff=True, read_at__isnull=True
    )
    if unread.update(read_at=timezone.now()):
        invalidate_user_rows([help_request.user_id])


def _entry(row: HelpMessage) -> ThreadEntry:
    return ThreadEntry(
        message_id=row.pk,
        author=row.author,
        is_from_staff=row.is_from_staff,
        text=row.text,
        created_at=row.created_at,
        read_at=row.read_at,
    )
