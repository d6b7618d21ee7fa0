"""What a user asked staff lately, as the dashboard shows it: from the cache, so it costs little.

The rows are the truth; a cache that is away costs one query a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from jupyter_integration.models import HelpRequest

SHOWN_FOR = timedelta(days=14)  # after it was answered
MOST_SHOWN = 3
_KEPT_FOR = 300  # seconds


@dataclass(frozen=True, slots=True)
class ShownHelpRequest:
    """One request, as its user's dashboard shows it."""

    pk: int
    reference: str
    created_at: datetime
    answered_at: datetime | None


def recent_help_requests(
    user_id: int, found: Mapping[str, Any] | None = None
) -> list[ShownHelpRequest]:
    """Return what is open, or was answered lately, the newest first.

    `found` is what the cache has under `key_of(user_id)`, from who has read it with other things.
    """
    if found is None:
        found = cache.get_many([key_of(user_id)])
    shown: list[ShownHelpRequest] | None = found.get(key_of(user_id))
    if shown is None:
        shown = [
            ShownHelpRequest(row.pk, row.reference, row.created_at, row.answered_at)
            for row in HelpRequest.objects.filter(user=user_id)[:MOST_SHOWN]
        ]
        cache.set(key_of(user_id), shown, _KEPT_FOR)
    since = timezone.now() - SHOWN_FOR
    return [row for row in shown if row.answered_at is None or row.answered_at > since]


def invalidate_help_requests(user_id: int) -> None:
    """Have the user's requests read anew."""
    cache.delete(key_of(user_id))


def key_of(user_id: int) -> str:
    return f"help:{user_id}:recent"
