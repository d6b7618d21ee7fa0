"""Go through all users of the Hub, now and then, and report those whom no account has."""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubCircuitOpen, HubError
from jupyter_integration.models import HubRevocation
from jupyter_integration.monitoring import reconciliation_report

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
MOST_USERS = 200_000
"""A Hub with more is not gone through to its end."""

REST = 4
"""Between two pages the Hub is left alone for so many times as long as the last page took: there
is no hurry, and it answers one call at a time.
"""


def find_unknown_hub_users(*, hub: HubClient, page_size: int = 200) -> None:
    """Record the names for staff, if that was not done within `EVERY`. Nothing is deleted.

    Raises no HubError: with the Hub away it is tried again at the next call.
    """
    if not reconciliation_report.claim_user_scan(EVERY):
        return
    began = timezone.now()
    unknown: set[str] = set()
    try:
        for names in _pages(hub, page_size):
            unknown |= _without_account(names)
    except HubError as error:
        if not isinstance(error, HubCircuitOpen):  # that the Hub is away was told once
            logger.warning("The users of the Hub could not all be read: %s", error)
        reconciliation_report.release_user_scan()
        return
    reconciliation_report.record_unknown_users(unknown, as_of=began)


def _pages(hub: HubClient, page_size: int) -> Iterator[set[str]]:
    users = islice(hub.list_users(page_size=page_size), MOST_USERS)
    while True:
        asked = time.monotonic()
        page = {user.name for user in islice(users, page_size)}
        if not page:
            return
        yield page
        if len(page) == page_size:
            time.sleep(REST * (time.monotonic() - asked))


def _without_account(names: set[str]) -> set[str]:
    own = User.objects.filter(hub_username__in=names, hub_user_created_at__isnull=False)
    leaving = HubRevocation.objects.filter(hub_username__in=names)
    return names.difference(
        own.values_list("hub_username", flat=True), leaving.values_list("hub_username", flat=True)
    )
