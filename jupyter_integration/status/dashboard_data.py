"""Dashboard data of one user: their rows and the cached status of their server.

One call to the cache brings all of it. The rows are read from the database only after a change
(portal/versioned_cache.py).
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.utils import timezone

from jupyter_integration.models import HelpRequest, SpawnRequest
from jupyter_integration.models.help_message import has_unread_answer
from jupyter_integration.models.shown_rows import user_rows_name
from jupyter_integration.status import snapshots
from jupyter_integration.status.queries import status_from
from jupyter_integration.status.recent_requests import RecentRequests, read_recent_requests
from jupyter_integration.status.server_status import ServerStatus
from portal import versioned_cache
from portal.caches import copies

RECENT_HELP_REQUESTS = 3
ANSWER_SHOWN_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class DashboardData:
    status: ServerStatus
    starts: list[SpawnRequest]
    help_requests: list[HelpRequest]
    """Open ones, and those answered within ANSWER_SHOWN_FOR; the newest first."""


@dataclass(frozen=True, slots=True)
class _UserRows:
    recent: RecentRequests
    help_requests: list[HelpRequest]


def read_dashboard_data(user_id: int, *, next_path: str = "") -> DashboardData:
    """Return what an open page shows of the user; `next_path` as for `server_status`."""
    name = user_rows_name(user_id)
    cached = copies.get_many([*versioned_cache.keys_of(name), *snapshots.keys_of(user_id)])
    rows = versioned_cache.get_or_load(name, partial(_read_rows, user_id), cached)
    answered_after = timezone.now() - ANSWER_SHOWN_FOR
    return DashboardData(
        status_from(rows.recent, snapshots.status_in(cached, user_id), next_path=next_path),
        rows.recent.starts,
        [
            row
            for row in rows.help_requests
            if row.answered_at is None or row.answered_at > answered_after
        ],
    )


def _read_rows(user_id: int) -> _UserRows:
    help_requests = (
        HelpRequest.objects.filter(user=user_id)
        .only("created_at", "answered_at", "closed_at")
        .annotate(is_unread=has_unread_answer())
    )
    return _UserRows(
        read_recent_requests(user_id),
        list(help_requests[:RECENT_HELP_REQUESTS]),
    )
