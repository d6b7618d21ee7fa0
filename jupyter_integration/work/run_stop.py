"""Work on one stop request."""

import logging

from django.utils import timezone

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError
from jupyter_integration.models import StopRequest
from jupyter_integration.status import snapshots
from jupyter_integration.work.leases import Lease, LeaseKeeper, LeaseLostError, claim
from jupyter_integration.work.stop_server import (
    STOP_RETRY_DELAY,
    is_final,
    log_failure,
    stop_and_wait,
)

logger = logging.getLogger(__name__)


def run_stop(*, hub: HubClient, keeper: LeaseKeeper, stop_id: int) -> None:
    """Settle a StopRequest, or leave it for a retry while the Hub is unavailable."""
    lease = claim(StopRequest.objects.open().due(), stop_id)
    if lease is None:
        return
    stop = StopRequest.objects.select_related("user").get(pk=stop_id)
    try:
        with keeper.keep(lease):
            _settle(hub, stop, lease)
    except LeaseLostError:
        logger.info("%s: another worker has claimed it", stop)


def _settle(hub: HubClient, stop: StopRequest, lease: Lease) -> None:
    try:
        stop_and_wait(hub, stop.user.hub_username, heartbeat=lease.renew)
    except HubError as error:
        log_failure(stop, error)
        gives_up = is_final(error, requested_at=stop.created_at)
        lease.release(
            finished_at=timezone.now() if gives_up else None,
            not_before=timezone.now() + STOP_RETRY_DELAY,
        )
        return
    snapshots.record(stop.user_id, None, as_of=timezone.now())
    lease.release(finished_at=timezone.now(), stopped=True)
