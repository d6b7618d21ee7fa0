"""End of all sessions of a Hub user, and of the server that they have open."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError, HubNotFound, HubUnavailable
from jupyter_integration.models import HubSessionEnd, StopRequest
from jupyter_integration.work.leases import Lease, LeaseKeeper, LeaseLostError, claim
from jupyter_integration.work.run_stop import run_stop
from jupyter_integration.work.stop_server import STOP_RETRY_DELAY, log_failure

logger = logging.getLogger(__name__)

REFUSED_RETRY_DELAY = timedelta(minutes=1)
"""A Hub that refuses the signature has another secret or another clock, and staff repair that."""


def end_hub_sessions(
    *, hub: HubClient, keeper: LeaseKeeper, secrets: Sequence[str], hub_username: str
) -> None:
    """Have the Hub void the user's cookies and tokens, and stop the server if the row says so.

    The row stays until the Hub has done it. The server is stopped also if the Hub refuses.
    """
    lease = claim(HubSessionEnd.objects.due(), hub_username)
    if lease is None:
        return
    try:
        with keeper.keep(lease):
            stop_id = _end(hub, secrets, lease, hub_username)
    except LeaseLostError:
        logger.info("Sessions of %s: another worker has claimed them", hub_username)
        return
    if stop_id is not None:
        run_stop(hub=hub, keeper=keeper, stop_id=stop_id)


def _end(hub: HubClient, secrets: Sequence[str], lease: Lease, name: str) -> int | None:
    """Return the id of the stop that is to be run, if any."""
    stop_id = None
    try:
        stop_id = _request_stop(hub, lease, name)
        hub.end_sessions(name, secrets=secrets)
    except HubNotFound:
        pass
    except HubError as error:
        log_failure(f"Sessions of {name} are not ended yet", error)
        is_away = isinstance(error, HubUnavailable)
        delay = STOP_RETRY_DELAY if is_away else REFUSED_RETRY_DELAY
        lease.release(not_before=timezone.now() + delay)
        return stop_id
    # By lease, so that a newer request stays.
    HubSessionEnd.objects.filter(pk=name, lease_id=lease.holder).delete()
    logger.info("Sessions of %s are ended", name)
    return stop_id


def _request_stop(hub: HubClient, lease: Lease, name: str) -> int | None:
    """Add the stop once, and only of a server that runs: its reason is shown to its owner."""
    reason = HubSessionEnd.objects.values_list("stop_reason", flat=True).get(pk=name)
    user = User.objects.filter(hub_username=name).first()
    if not reason or user is None:
        return None
    server = hub.get_user(name).server
    with transaction.atomic():
        lease.renew(stop_reason="")
        if server is None or not server.is_active:
            return None
        try:
            with transaction.atomic():
                return StopRequest.objects.create(user=user, requested_by=user, reason=reason).pk
        except IntegrityError:  # a stop is under way
            return None
