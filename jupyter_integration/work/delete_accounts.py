"""Deletion of the rows of anonymised accounts, once the Hub has forgotten them."""

import logging

from django.db.models import Exists, OuterRef

from accounts.models import User
from jupyter_integration.models import HubRevocation, SpawnRequest, StopRequest

logger = logging.getLogger(__name__)

MOST_ACCOUNTS = 100  # of one run


def delete_accounts() -> None:
    """Delete accounts whose owners asked for it and that no worker is busy with.

    A revocation that waits for the Hub, an open start and an open stop need the account.
    """
    mine = {"user": OuterRef("pk")}
    done = User.objects.filter(
        ~Exists(HubRevocation.objects.filter(hub_username=OuterRef("hub_username"))),
        ~Exists(SpawnRequest.objects.open().filter(**mine)),
        ~Exists(StopRequest.objects.open().filter(**mine)),
        deletion_requested_at__isnull=False,
    )
    for user in done.order_by("pk")[:MOST_ACCOUNTS]:
        logger.info("Account %d is deleted; its home %s stays", user.pk, user.hub_username)
        user.delete()
