"""Reconciliation: compares the Hub's list of servers with what the portal believes, and repairs it.

Pages with old snapshots wake it, and beat does; one worker at a time reads the list. It repairs
snapshots only and stops or deletes nothing: servers without an account are reported to staff.
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubCircuitOpen,
    HubError,
    HubNotFound,
    HubProtocolError,
    HubServerError,
    HubStarting,
    HubUnauthorized,
)
from jupyter_integration.hub.resources import STOPPED_SERVER, Server
from jupyter_integration.models import HubRevocation, SpawnRequest, StopRequest
from jupyter_integration.monitoring import reconciliation_report
from jupyter_integration.status import hub_availability, refresh_claims, snapshots

logger = logging.getLogger(__name__)

MAX_CONFIRMED = 50
"""Servers that are read one by one after a list. After a restart of the Hub every server may be
gone; later lists confirm the rest, and an open page refreshes its own at once."""

RECENTLY_ENDED = timedelta(minutes=1)

PAGE_SIZE: Final = 50
"""Users in a page of the list: the Hub answers no other call while it builds a page."""


def reconcile_servers(*, hub: HubClient, page_size: int = PAGE_SIZE) -> None:
    """Read the list of all active servers into the snapshots, and count the corrections.

    Returns at once while another worker reads the list. Raises no HubError. A list that breaks off
    still updates the users that it contains; nothing is concluded about the others.
    """
    if not refresh_claims.begin_list():
        return
    began = timezone.now()
    try:
        _compare(_read_list(hub, began, page_size), hub)
    finally:
        refresh_claims.end_list(took=timezone.now() - began)


@dataclass(slots=True)
class _HubList:
    as_of: datetime
    servers: dict[str, Server] = field(default_factory=dict)
    is_complete: bool = False


def _read_list(hub: HubClient, began: datetime, page_size: int) -> _HubList:
    hub_list = _HubList(began)
    try:
        for hub_user in hub.list_users(state="active", page_size=page_size):
            # Without a default server, a named server is active, which is not the portal's.
            hub_list.servers[hub_user.name] = hub_user.server or STOPPED_SERVER
    except HubCircuitOpen:
        pass
    except (HubProtocolError, HubServerError, HubStarting) as error:
        # One user that the Hub cannot render breaks the list; the others can still be read.
        logger.warning("The list of servers is broken, reading users one by one: %s", error)
        refresh_claims.record_broken_list()
    except HubError as error:
        if isinstance(error, HubUnauthorized):
            hub_availability.record_refusal()
        logger.warning("The list of servers could not be read: %s", error)
    else:
        hub_list.is_complete = True
    return hub_list


def _compare(hub_list: _HubList, hub: HubClient) -> None:
    accounts = _accounts_of(hub_list.servers)
    servers = {
        accounts[name]: server for name, server in hub_list.servers.items() if name in accounts
    }
    known = snapshots.newest(servers)
    snapshots.record_bulk(servers, as_of=hub_list.as_of)
    corrected = [
        user_id
        for user_id, server in servers.items()
        if user_id in known and _contradicts(known[user_id], server, hub_list.as_of)
    ]
    if hub_list.is_complete:
        missing = _known_to_run(snapshots.last_list() - servers.keys(), before=hub_list.as_of)
        stopped = _confirm_stopped(hub, missing)
        corrected += stopped
        active = {user_id for user_id, server in servers.items() if server.is_active}
        snapshots.record_complete_list(
            frozenset(active | missing.keys() - stopped), as_of=hub_list.as_of
        )
        hub_availability.record_answer()
        reconciliation_report.record_unknown_servers(
            _unknown(hub_list.servers.keys() - accounts.keys()), as_of=hub_list.as_of
        )
    _count_drift(corrected)


def _accounts_of(hub_usernames: Iterable[str]) -> dict[str, int]:
    """Return the accounts of these Hub users, by name."""
    own = User.objects.filter(hub_user_created_at__isnull=False)
    names, accounts = iter(hub_usernames), dict[str, int]()
    while batch := list(islice(names, 500)):
        accounts.update(own.filter(hub_username__in=batch).values_list("hub_username", "pk"))
    return accounts


def _contradicts(known: snapshots.Snapshot, server: Server, as_of: datetime) -> bool:
    return known.as_of < as_of and known.is_active != server.is_active


def _known_to_run(user_ids: Collection[int], *, before: datetime) -> dict[int, str]:
    """Return the Hub names of the users whose newest snapshot is active and before `before`."""
    known = snapshots.newest(user_ids) if user_ids else {}
    running = [pk for pk, last in known.items() if last.is_active and last.as_of < before]
    return dict(User.objects.filter(pk__in=running).values_list("pk", "hub_username"))


def _confirm_stopped(hub: HubClient, missing: dict[int, str]) -> set[int]:
    """Read each user missing from the list, and return the users without an active server."""
    stopped = set()
    for user_id, name in islice(missing.items(), MAX_CONFIRMED):
        as_of = timezone.now()
        try:
            server = hub.get_user(name).server
        except HubNotFound:
            server = None
        except HubError as error:
            logger.warning("Servers missing from the list could not be read: %s", error)
            break
        snapshots.record(user_id, server, as_of=as_of)
        if server is None or not server.is_active:
            stopped.add(user_id)
    return stopped


def _unknown(names: Collection[str]) -> set[str]:
    """Return the names without a pending revocation."""
    leaving = HubRevocation.objects.filter(hub_username__in=names) if names else ()
    return set(names) - {revocation.hub_username for revocation in leaving}


def _count_drift(corrected: Collection[int]) -> None:
    """Count the servers that changed without a request of the portal and without an event."""
    if not corrected:
        return
    since = timezone.now() - RECENTLY_ENDED
    starts = SpawnRequest.objects.filter(user_id__in=corrected).filter(
        Q(state__in=SpawnRequest.OPEN_STATES) | Q(finished_at__gte=since)
    )
    stops = StopRequest.objects.filter(user_id__in=corrected).filter(
        Q(finished_at__isnull=True) | Q(finished_at__gte=since)
    )
    by_us = {*starts.values_list("user_id", flat=True), *stops.values_list("user_id", flat=True)}
    drifted = sorted(set(corrected) - by_us)
    if drifted:
        logger.warning("Servers of accounts %s differed from their snapshots", drifted[:20])
    reconciliation_report.count_drift(len(drifted))
