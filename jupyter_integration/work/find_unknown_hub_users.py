"""Scan of all Hub users for users without an account."""

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

SCAN_INTERVAL = timedelta(hours=1)
MAX_USERS = 200_000
"""The scan ends after so many users."""

PAUSE_FACTOR = 4
"""The pause after each page, as a multiple of the time that the page took. The scan is not urgent,
and the Hub answers one call at a time.
"""


def find_unknown_hub_users(*, hub: HubClient, page_size: int = 200) -> None:
    """Record the names for staff, at most once per SCAN_INTERVAL. Nothing is deleted.

    Raises no HubError: a scan that fails is retried at the next call.
    """
    if not reconciliation_report.claim_user_scan(SCAN_INTERVAL):
        return
    began = timezone.now()
    unknown: set[str] = set()
    try:
        for names in _pages(hub, page_size):
            unknown |= _without_account(names)
    except HubError as error:
        if not isinstance(error, HubCircuitOpen):  # the breaker has logged once that it opened
            logger.warning("The scan of the Hub's users failed: %s", error)
        reconciliation_report.release_user_scan()
        return
    reconciliation_report.record_unknown_users(unknown, as_of=began)


def _pages(hub: HubClient, page_size: int) -> Iterator[set[str]]:
    users = islice(hub.list_users(page_size=page_size), MAX_USERS)
    while True:
        began = time.monotonic()
        page = {user.name for user in islice(users, page_size)}
        if not page:
            return
        yield page
        if len(page) == page_size:
            time.sleep(PAUSE_FACTOR * (time.monotonic() - began))


def _without_account(names: set[str]) -> set[str]:
    own = User.objects.filter(hub_username__in=names, hub_user_created_at__isnull=False)
    leaving = HubRevocation.objects.filter(hub_username__in=names)
    return names.difference(
        own.values_list("hub_username", flat=True), leaving.values_list("hub_username", flat=True)
    )
