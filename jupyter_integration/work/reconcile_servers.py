"""Compare what we know of all servers with one list of the Hub, and put right what differs.

Pages that show something old wake this, and beat does; one at a time reads the list. Nothing is
stopped or deleted here: what the portal does not know is reported to staff.
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

MOST_CONFIRMED = 50
"""After a restart of the Hub every server may be gone; the rest is confirmed by the next lists, and
at once where a page shows it."""

ENDED_LATELY = timedelta(minutes=1)


LISTED_AT_ONCE: Final = 50
"""Users in a page of the list: while the Hub puts one together it answers nobody else."""


def reconcile_servers(*, hub: HubClient, page_size: int = LISTED_AT_ONCE) -> None:
    """Read the list of all servers that run or change into what pages read; count corrections.

    Returns at once while another reads it. Raises no HubError: a list that broke midway leaves
    what it said, and nothing is concluded from what it did not say.
    """
    if not refresh_claims.begin_list():
        return
    began = timezone.now()
    try:
        _compare(_read_list(hub, began, page_size), hub)
    finally:
        refresh_claims.end_list(took=timezone.now() - began)


@dataclass(slots=True)
class _List:
    as_of: datetime
    servers: dict[str, Server] = field(default_factory=dict)
    is_complete: bool = False


def _read_list(hub: HubClient, began: datetime, page_size: int) -> _List:
    listed = _List(began)
    try:
        for hub_user in hub.list_users(state="active", page_size=page_size):
            # Without a default server it is one of another name that runs, which is not ours.
            listed.servers[hub_user.name] = hub_user.server or STOPPED_SERVER
    except HubCircuitOpen:
        pass
    except (HubProtocolError, HubServerError, HubStarting) as error:
        # One user whom the Hub cannot show is enough for that: the others can be read.
        logger.warning("The list of servers is broken, users are read one by one: %s", error)
        refresh_claims.record_broken_list()
    except HubError as error:
        if isinstance(error, HubUnauthorized):
            hub_availability.record_refusal()
        logger.warning("The list of servers could not be read: %s", error)
    else:
        listed.is_complete = True
    return listed


def _compare(listed: _List, hub: HubClient) -> None:
    accounts = _accounts_of(listed.servers)
    servers = {accounts[name]: shown for name, shown in listed.servers.items() if name in accounts}
    known = snapshots.newest(servers)
    snapshots.record_bulk(servers, as_of=listed.as_of)
    corrected = [
        user_id
        for user_id, server in servers.items()
        if user_id in known and _contradicts(known[user_id], server, listed.as_of)
    ]
    if listed.is_complete:
        missing = _known_to_run(snapshots.last_list() - servers.keys(), before=listed.as_of)
        stopped = _confirm_stopped(hub, missing)
        corrected += stopped
        active = {user_id for user_id, server in servers.items() if server.is_active}
        snapshots.record_complete_list(
            frozenset(active | missing.keys() - stopped), as_of=listed.as_of
        )
        hub_availability.record_answer()
        reconciliation_report.record_unknown_servers(
            _unknown(listed.servers.keys() - accounts.keys()), as_of=listed.as_of
        )
    _count_drift(corrected)


def _accounts_of(hub_usernames: Iterable[str]) -> dict[str, int]:
    """Return the accounts whose own these users of the Hub are, by name."""
    own = User.objects.filter(hub_user_created_at__isnull=False)
    names, accounts = iter(hub_usernames), dict[str, int]()
    while some := list(islice(names, 500)):
        accounts.update(own.filter(hub_username__in=some).values_list("hub_username", "pk"))
    return accounts


def _contradicts(known: snapshots.Snapshot, server: Server, as_of: datetime) -> bool:
    return known.as_of < as_of and known.is_active != server.is_active


def _known_to_run(user_ids: Collection[int], *, before: datetime) -> dict[int, str]:
    """Return the Hub names of those of whom the last that we know is a server that runs."""
    known = snapshots.newest(user_ids) if user_ids else {}
    running = [pk for pk, seen in known.items() if seen.is_active and seen.as_of < before]
    return dict(User.objects.filter(pk__in=running).values_list("pk", "hub_username"))


def _confirm_stopped(hub: HubClient, missing: dict[int, str]) -> set[int]:
    """Read those whom the list lacks by themselves; return whose server is gone indeed."""
    stopped = set()
    for user_id, name in islice(missing.items(), MOST_CONFIRMED):
        as_of = timezone.now()
        try:
            server = hub.get_user(name).server
        except HubNotFound:
            server = None
        except HubError as error:
            logger.warning("Servers that the list lacks could not be read: %s", error)
            break
        snapshots.record(user_id, server, as_of=as_of)
        if server is None or not server.is_active:
            stopped.add(user_id)
    return stopped


def _unknown(names: Collection[str]) -> set[str]:
    """Return those names that are not those of accounts which are being taken off the Hub."""
    leaving = HubRevocation.objects.filter(hub_username__in=names) if names else ()
    return set(names) - {revocation.hub_username for revocation in leaving}


def _count_drift(corrected: Collection[int]) -> None:
    """Count those servers that changed without the portal, and of which no event told it."""
    if not corrected:
        return
    lately = timezone.now() - ENDED_LATELY
    starts = SpawnRequest.objects.filter(user_id__in=corrected).filter(
        Q(state__in=SpawnRequest.OPEN_STATES) | Q(finished_at__gte=lately)
    )
    stops = StopRequest.objects.filter(user_id__in=corrected).filter(
        Q(finished_at__isnull=True) | Q(finished_at__gte=lately)
    )
    by_us = {*starts.values_list("user_id", flat=True), *stops.values_list("user_id", flat=True)}
    drifted = sorted(set(corrected) - by_us)
    if drifted:
        logger.warning("Servers of accounts %s were not as we believed", drifted[:20])
    reconciliation_report.count_drift(len(drifted))
