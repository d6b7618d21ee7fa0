"""All that an open page shows of one user, in one call to the cache.

The database is asked only for what changed since it was last asked (portal/remembered.py).
"""

from dataclasses import dataclass
from functools import partial
from typing import cast

from django.core.cache import cache
from django.http import HttpRequest

from accounts.models import User
from accounts.remembered_user import READ_ALONG
from jupyter_integration import help_requests, snapshots
from jupyter_integration.help_requests import ShownHelpRequest
from jupyter_integration.presses import Presses, name_of_presses, read_presses
from portal import remembered


@dataclass(frozen=True, slots=True)
class PageFacts:
    presses: Presses
    reading: snapshots.Reading
    help_requests: list[ShownHelpRequest]


def keys_of(user_id: int) -> list[str]:
    """Return the keys under which the cache has what `read_page_facts` needs."""
    return [
        *remembered.keys_of(name_of_presses(user_id)),
        *snapshots.keys_of(user_id),
        help_requests.key_of(user_id),
    ]


def read_page_facts(request: HttpRequest, *, with_help_requests: bool = False) -> PageFacts:
    """Return what the signed-in user last asked for, what is known of their server and, where the
    page shows it, what they asked staff.
    """
    user_id = cast(User, request.user).pk
    found = getattr(request, "found", None)
    if found is None:
        found = cache.get_many(keys_of(user_id))
    name = name_of_presses(user_id)
    return PageFacts(
        remembered.recall(name, partial(read_presses, user_id), found),
        snapshots.read_in(found, user_id),
        help_requests.recent_help_requests(user_id, found) if with_help_requests else [],
    )


READ_ALONG.append(keys_of)
