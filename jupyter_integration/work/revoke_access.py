"""Revocation of a Hub user's access, after the account was made inactive or deleted."""

import logging

from django.utils import timezone

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError, HubNotFound
from jupyter_integration.models import HubRevocation
from jupyter_integration.work.leases import LeaseKeeper, LeaseLostError, claim
from jupyter_integration.work.stop_server import STOP_RETRY_DELAY, log_failure, stop_and_wait

logger = logging.getLogger(__name__)


def revoke_access(*, hub: HubClient, keeper: LeaseKeeper, hub_username: str) -> None:
    """Stop the user's server, then delete the Hub user with all tokens.

    Until the Hub user is deleted, an open server goes on for up to the Hub's refresh age.
    """
    lease = claim(HubRevocation.objects.due(), hub_username)
    if lease is None:
        return
    try:
        with keeper.keep(lease):
            try:
                stop_and_wait(hub, hub_username, heartbeat=lease.renew)
                lease.renew()  # raises LeaseLostError if the account is active again
                hub.delete_user(hub_username)
            except HubNotFound:
                pass
            except HubError as error:
                log_failure(f"Access of {hub_username} is not revoked yet", error)
                lease.release(not_before=timezone.now() + STOP_RETRY_DELAY)
                return
    except LeaseLostError:
        logger.info("Access of %s is left as it is", hub_username)
        return
    # By lease, so that a newer revocation of an account that was active in between stays.
    HubRevocation.objects.filter(pk=hub_username, lease_id=lease.holder).delete()
    logger.info("Access of %s is revoked", hub_username)
