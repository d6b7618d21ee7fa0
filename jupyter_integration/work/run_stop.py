"""Stop a server that somebody asked to stop, and end a start that somebody took back."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from jupyter_integration.failures.classify import code_of_error
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubCircuitOpen, HubError, HubNotFound, HubRejected
from jupyter_integration.models import HubRevocation, SpawnRequest, StopRequest
from jupyter_integration.status import snapshots
from jupyter_integration.work.leases import Lease, LeaseKeeper, LeaseLostError, claim
from jupyter_integration.work.stop_server import stop_until_stopped

logger = logging.getLogger(__name__)

RETRY_AFTER = timedelta(seconds=3)


def run_stop(*, hub: HubClient, keeper: LeaseKeeper, stop_id: int) -> None:
    """Settle a StopRequest, or leave it for later when the Hub is away."""
    lease = claim(StopRequest.objects.open().due(), stop_id)
    if lease is None:
        return
    stop = StopRequest.objects.select_related("user").get(pk=stop_id)
    try:
        with keeper.keep(lease):
            _settle_stop(hub, stop, lease)
    except LeaseLostError:
        logger.info("%s: another worker took it up", stop)


def _settle_stop(hub: HubClient, stop: StopRequest, lease: Lease) -> None:
    try:
        stop_until_stopped(hub, stop.user.hub_username, keep_alive=lease.renew)
    except HubError as error:
        _log_failure(stop, error)
        given_up = _is_given_up(stop.created_at, error)
        lease.release(
            finished_at=timezone.now() if given_up else None,
            not_before=timezone.now() + RETRY_AFTER,
        )
        return
    snapshots.record(stop.user_id, None, as_of=timezone.now())
    lease.release(finished_at=timezone.now(), stopped=True)


def run_cancel(*, hub: HubClient, keeper: LeaseKeeper, request_id: int) -> None:
    """End a start that was taken back.

    Who follows it is in the middle of a call: ending it on the Hub lets that call return, and the
    follower settles the request. Only where nobody follows is it settled here.
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
            _settle_cancel(hub, request, lease)
    except LeaseLostError:
        logger.info("%s: another worker took it up", request.reference)


def _settle_cancel(hub: HubClient, request: SpawnRequest, lease: Lease) -> None:
    try:
        stop_until_stopped(hub, request.user.hub_username, keep_alive=lease.renew)
    except HubError as error:
        _leave_or_give_up(request, lease, error)
        return
    snapshots.record(request.user_id, None, as_of=timezone.now())
    lease.release(state=SpawnRequest.State.CANCELLED, finished_at=timezone.now(), slot=None)


def _interrupt_follower(hub: HubClient, request: SpawnRequest) -> None:
    # Not once it is settled: what comes up then is the user's next start.
    if not SpawnRequest.objects.cancelling().filter(pk=request.pk).exists():
        return
    try:
        hub.stop_server(request.user.hub_username)
    except HubNotFound:
        return
    except HubError as error:
        # The follower sees the cancel at the Hub's next sign of life, or finds the Hub away too.
        _log_failure(request.reference, error)


def _leave_or_give_up(request: SpawnRequest, lease: Lease, error: HubError) -> None:
    """Leave the cancel for later, but not for ever."""
    _log_failure(request.reference, error)
    if _is_given_up(request.cancel_requested_at or request.created_at, error):
        lease.release(
            state=SpawnRequest.State.FAILED,
            failure_code=code_of_error(error),
            message=error.hub_message or str(error),
            finished_at=timezone.now(),
            slot=None,
        )
    else:
        lease.release(not_before=timezone.now() + RETRY_AFTER)


def _log_failure(what: object, error: HubError) -> None:
    if not isinstance(error, HubCircuitOpen):  # that the Hub is away was told once
        logger.warning("%s: %s", what, error)


def _is_given_up(asked_at: datetime, error: HubError) -> bool:
    late = timezone.now() - asked_at > timedelta(seconds=settings.SPAWN_DEADLINE)
    return late or isinstance(error, HubRejected)


def run_revocation(*, hub: HubClient, keeper: LeaseKeeper, hub_username: str) -> None:
    """Take a Hub user's access away: stop the server, then delete the user with all tokens.

    Until the user is deleted, an open server goes on for up to the Hub's refresh age.
    """
    lease = claim(HubRevocation.objects.due(), hub_username)
    if lease is None:
        return
    try:
        with keeper.keep(lease):
            try:
                stop_until_stopped(hub, hub_username, keep_alive=lease.renew)
                lease.renew()  # or the account is active again
                hub.delete_user(hub_username)
            except HubNotFound:
                pass
            except HubError as error:
                _log_failure(f"Access of {hub_username} is not revoked yet", error)
                lease.release(not_before=timezone.now() + RETRY_AFTER)
                return
    except LeaseLostError:
        logger.info("Access of %s is left as it is", hub_username)
        return
    # Not a later one, of an account that was active in between.
    HubRevocation.objects.filter(pk=hub_username, lease_id=lease.holder).delete()
    logger.info("Access of %s is revoked", hub_username)
