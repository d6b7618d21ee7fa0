"""Refresh of one user's snapshot from the Hub."""

import logging

from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubCircuitOpen,
    HubError,
    HubNotFound,
    HubUnauthorized,
)
from jupyter_integration.status import hub_availability, snapshots

logger = logging.getLogger(__name__)


def refresh_status(*, hub: HubClient, user_id: int) -> None:
    """Read the user's server from the Hub and record the snapshot; log a failure."""
    hub_username = User.objects.values_list("hub_username", flat=True).filter(pk=user_id).first()
    if hub_username is None:
        return
    as_of = timezone.now()
    try:
        server = hub.get_user(hub_username).server
    except HubNotFound:
        server = None
    except HubCircuitOpen:
        return
    except HubError as error:
        if isinstance(error, HubUnauthorized):
            hub_availability.record_refusal()
        logger.warning("The server of %s could not be read: %s", hub_username, error)
        return
    snapshots.record(user_id, server, as_of=as_of)
