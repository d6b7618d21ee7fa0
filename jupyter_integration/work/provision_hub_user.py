"""Provisioning of an account's Hub user before its first start."""

import logging

from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubCircuitOpen, HubError
from jupyter_integration.status import snapshots
from jupyter_integration.work.ensure_hub_user import (
    HubUserBeingMadeError,
    HubUserNotMadeError,
    HubUserRefusedError,
    ensure_hub_user,
)

logger = logging.getLogger(__name__)


def provision_hub_user(*, hub: HubClient, user_id: int) -> None:
    """Create the Hub user of an active account; `wake_stalled_work` retries a failure.

    The Hub's response also gives pages a first snapshot.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    as_of = timezone.now()
    try:
        hub_user = ensure_hub_user(hub=hub, user=user)
    except (HubUserBeingMadeError, HubUserRefusedError, HubCircuitOpen):
        return
    except (HubError, HubUserNotMadeError) as error:
        logger.warning("No Hub user for account %s yet: %r", user_id, error)
        return
    snapshots.record(user_id, hub_user.server, as_of=as_of)
