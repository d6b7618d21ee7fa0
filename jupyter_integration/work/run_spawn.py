"""Work on one requested start until it is settled: every way in which it can end becomes a state.

Whatever dies on the way, the request ends READY, FAILED with a reason, or CANCELLED: the row says
how far it is, and the next worker that takes it up reads the Hub before it does anything.
"""

import logging
from dataclasses import dataclass

from jupyter_integration.failures.catalogue import FailureCode
from jupyter_integration.failures.classify import code_of_error
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
from jupyter_integration.work.spawn_record import SpawnCancelledError, SpawnRecord
from jupyter_integration.work.spawn_server import (
    RetryLaterError,
    SpawnFailedError,
    spawn_server,
)
from jupyter_integration.work.stop_server import stop_until_stopped
from portal.logs import about

logger = logging.getLogger(__name__)

RETRY_LATER_AFTER = 1.0  # seconds, when something else has to end first
RETRY_AFTER = 3.0  # seconds, when the Hub could not be reached
THROTTLED_FOR = 15.0  # seconds, when the Hub names no time itself


def run_spawn(*, hub: HubClient, lab: LabProbe, keeper: LeaseKeeper, lease: Lease) -> None:
    """Work on a start that was taken up until it is settled, or put back into line for later.

    Raises no HubError: each one becomes a state of the request.
    """
    with keeper.keep(lease), about(f"S{lease.row_id}"):
        request = SpawnRequest.objects.select_related("user").get(pk=lease.row_id)
        try:
            _Run(hub, lab, SpawnRecord(request, lease)).settle()
        except LeaseLostError:
            logger.warning("%s: another worker took it up", request.reference)


@dataclass(slots=True)
class _Run:
    hub: HubClient
    lab: LabProbe
    start: SpawnRecord

    def settle(self) -> None:
        """Turn every way in which bringing it up can end into a state of the request."""
        try:
            try:
                self.start.end_ready(self.bring_up_unless_cancelled())
            except SpawnCancelledError:
                stop_until_stopped(self.hub, self.start.name, keep_alive=self.start.lease.renew)
                self.start.end_cancelled()
        except SpawnFailedError as failure:
            self.start.end_failed(failure.code, failure.reason)
        except HubUserNotMadeError:
            self.start.end_failed(FailureCode.HUB_USER_NOT_MADE)
        except HubUserRefusedError:
            self.start.end_failed(FailureCode.ACCOUNT_INACTIVE)
        # Without its Hub user, whom somebody removed meanwhile, it begins anew as well.
        except (RetryLaterError, HubUserBeingMadeError, HubNotFound):
            self.start.requeue(RETRY_LATER_AFTER)
        except HubThrottled as error:
            self.start.requeue(error.retry_after or THROTTLED_FOR, error)
        except (HubUnavailable, HubProtocolError) as error:
            wait = RETRY_AFTER
            if isinstance(error, HubCircuitOpen) and error.retry_after is not None:
                wait = error.retry_after
            # What was sent may come up on the Hub meanwhile, and counts as in flight there.
            self.start.requeue(wait, error, in_flight=self.start.request.posted_at is not None)
        except HubRejected as error:
            self.start.end_failed(code_of_error(error), error.hub_message or str(error))

    def bring_up_unless_cancelled(self) -> Server:
        try:
            return spawn_server(hub=self.hub, lab=self.lab, start=self.start)
        except SpawnFailedError:
            # Ending a start makes it fail: one that was taken back is cancelled.
            self.start.heartbeat()
            raise
