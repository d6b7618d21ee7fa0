"""Cancel of a start: ends it on the Hub, and settles the request if no worker follows it."""

import logging

from django.utils import timezone

from jupyter_integration.failures.classify import code_of_error
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError, HubNotFound
from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import snapshots
from jupyter_integration.work.leases import Lease, LeaseKeeper, LeaseLostError, claim
from jupyter_integration.work.stop_server import (
    STOP_RETRY_DELAY,
    is_final,
    log_failure,
    stop_and_wait,
)

logger = logging.getLogger(__name__)


def cancel_spawn(*, hub: HubClient, keeper: LeaseKeeper, request_id: int) -> None:
    """End a start that its user cancelled.

    A worker that follows the start is in the middle of a call. Ending the start on the Hub lets
    that call return, and that worker settles the request. Otherwise the request is settled here.
    """
    request = SpawnRequest.objects.cancelling().select_related("user").filter(pk=request_id).first()
    if request is None:
        return
    lease = claim(SpawnRequest.objects.cancelling(), request_id)
    if lease is None:
        _interrupt_follower(hub, request)
        return
    try:
        with keeper.keep(lease):
            _settle(hub, request, lease)
    except LeaseLostError:
        logger.info("%s: another worker has claimed it", request.reference)


def _interrupt_follower(hub: HubClient, request: SpawnRequest) -> None:
    # If the request is settled by now, a server that comes up belongs to the user's next start.
    if not SpawnRequest.objects.cancelling().filter(pk=request.pk).exists():
        return
    try:
        hub.stop_server(request.user.hub_username)
    except HubNotFound:
        return
    except HubError as error:
        # The follower sees the cancel at the next keepalive, or fails to reach the Hub as well.
        log_failure(request.reference, error)


def _settle(hub: HubClient, request: SpawnRequest, lease: Lease) -> None:
    try:
        stop_and_wait(hub, request.user.hub_username, heartbeat=lease.renew)
    except HubError as error:
        _retry_or_fail(request, lease, error)
        return
    snapshots.record(request.user_id, None, as_of=timezone.now())
    lease.release(state=SpawnRequest.State.CANCELLED, finished_at=timezone.now(), slot=None)


def _retry_or_fail(request: SpawnRequest, lease: Lease, error: HubError) -> None:
    log_failure(request.reference, error)
    if is_final(error, requested_at=request.cancel_requested_at or request.created_at):
        lease.release(
            state=SpawnRequest.State.FAILED,
            failure_code=code_of_error(error),
            message=error.hub_message or str(error),
            finished_at=timezone.now(),
            slot=None,
        )
    else:
        lease.release(not_before=timezone.now() + STOP_RETRY_DELAY)
