"""All that an open page shows of one user, in one call to the cache.

The database is asked only for what changed since it was last asked (portal/versioned_cache.py).
"""

from dataclasses import dataclass
from functools import partial

from django.core.cache import cache

from jupyter_integration.status import snapshots, support_requests
from jupyter_integration.status.recent_requests import (
    RecentRequests,
    read_recent_requests,
    recent_requests_key,
)
from jupyter_integration.status.support_requests import ShownHelpRequest
from portal import versioned_cache


@dataclass(frozen=True, slots=True)
class DashboardData:
    recent: RecentRequests
    reading: snapshots.CachedStatus
    help_requests: list[ShownHelpRequest]


def keys_of(user_id: int) -> list[str]:
    """Return the keys under which the cache has what `read_dashboard_data` needs."""
    return [
        *versioned_cache.keys_of(recent_requests_key(user_id)),
        *snapshots.keys_of(user_id),
        support_requests.key_of(user_id),
    ]


def read_dashboard_data(user_id: int, *, with_help_requests: bool = False) -> DashboardData:
    """Return what the user last asked for, what is known of their server and, where the
    page shows it, what they asked staff.
    """
    found = cache.get_many(keys_of(user_id))
    name = recent_requests_key(user_id)
    return DashboardData(
        versioned_cache.get_or_load(name, partial(read_recent_requests, user_id), found),
        snapshots.status_in(found, user_id),
        support_requests.recent_help_requests(user_id, found) if with_help_requests else [],
    )
