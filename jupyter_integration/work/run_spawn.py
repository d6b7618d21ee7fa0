"""Work on one start request: every outcome of `spawn_server` becomes a state of the request.

If the worker, the Hub or the database dies on the way, the request still ends READY, FAILED with a
reason, or CANCELLED: the row records how far it is, and the next worker that claims it reads the
Hub before it does anything.
"""

import logging
from datetime import timedelta

from jupyter_integration.failures.classify import code_of_error
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubCircuitOpen,
    HubNotFound,
    HubProtocolError,
    HubRejected,
    HubThrottled,
    HubUnavailable,
)
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.resources import Server
from jupyter_integration.models import SpawnRequest
from jupyter_integration.work.ensure_hub_user import (
    HubUserBeingMadeError,
    HubUserNotMadeError,
    HubUserRefusedError,
)
from jupyter_integration.work.leases import Lease, LeaseKeeper, LeaseLostError
from jupyter_integration.work.spawn_record import (
    RetryLaterError,
    SpawnCancelledError,
    SpawnFailedError,
    SpawnRecord,
)
from jupyter_integration.work.spawn_server import spawn_server
from jupyter_integration.work.stop_server import stop_and_wait
from portal.logs import log_context

logger = logging.getLogger(__name__)

REQUEUE_DELAY = timedelta(seconds=1)
"""When something else has to end first."""

HUB_UNAVAILABLE_DELAY = timedelta(seconds=3)
"""When the Hub could not be reached and the circuit breaker names no time."""

THROTTLED_DELAY = timedelta(seconds=15)
"""When the Hub answers 429 without Retry-After."""


def run_spawn(*, hub: HubClient, lab: LabProbe, keeper: LeaseKeeper, lease: Lease) -> None:
    """Work on a claimed start until it is settled or requeued.

    Raises no HubError: each one becomes a state of the request.
    """
    with keeper.keep(lease), log_context(f"S{lease.row_id}"):
        request = SpawnRequest.objects.select_related("user").get(pk=lease.row_id)
        try:
            settle(hub, lab, SpawnRecord(request, lease))
        except LeaseLostError:
            logger.warning("%s: another worker has claimed it", request.reference)


def settle(hub: HubClient, lab: LabProbe, record: SpawnRecord) -> None:
    """Spawn the server and write the outcome into the request. Raises LeaseLostError."""
    try:
        try:
            record.end_ready(_spawn_unless_cancelled(hub, lab, record))
        except SpawnCancelledError:
            stop_and_wait(hub, record.hub_username, heartbeat=record.lease.renew)
            record.end_cancelled()
    except SpawnFailedError as failure:
        record.end_failed(failure.code, failure.reason)
    except HubUserNotMadeError:
        record.end_failed(FailureCode.HUB_USER_NOT_MADE)
    except HubUserRefusedError:
        record.end_failed(FailureCode.ACCOUNT_INACTIVE)
    # HubNotFound: the Hub user was removed in the meantime; the next attempt makes it again.
    except (RetryLaterError, HubUserBeingMadeError, HubNotFound):
        record.requeue(REQUEUE_DELAY)
    except HubThrottled as error:
        record.requeue(_delay_of(error, default=THROTTLED_DELAY), error)
    except (HubUnavailable, HubProtocolError) as error:
        delay = HUB_UNAVAILABLE_DELAY
        if isinstance(error, HubCircuitOpen):
            delay = _delay_of(error, default=delay)
        # A start that was posted may still come up on the Hub, so it keeps its slot.
        record.requeue(delay, error, in_flight=record.request.posted_at is not None)
    except HubRejected as error:
        record.end_failed(code_of_error(error), error.hub_message or str(error))


def _spawn_unless_cancelled(hub: HubClient, lab: LabProbe, record: SpawnRecord) -> Server:
    try:
        return spawn_server(hub, lab, record)
    except SpawnFailedError:
        # A cancel makes the start fail on the Hub: raise SpawnCancelledError in that case.
        record.heartbeat()
        raise


def _delay_of(error: HubThrottled | HubCircuitOpen, *, default: timedelta) -> timedelta:
    return timedelta(seconds=error.retry_after) if error.retry_after else default
