"""Deletion of old Hub events."""

import logging

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import IssuedHubUsername
from jupyter_integration.models import HubEvent
from jupyter_integration.models.hub_event import EVENT_RETENTION
from portal.batches import delete_in_batches

logger = logging.getLogger(__name__)


def delete_old_events() -> None:
    """Delete events that are older than EVENT_RETENTION, or about a deleted account."""
    of_nobody = IssuedHubUsername.objects.filter(name=OuterRef("hub_username"), issued_to=None)
    for what, rows in (
        ("old", HubEvent.objects.filter(received_at__lt=timezone.now() - EVENT_RETENTION)),
        ("deleted accounts'", HubEvent.objects.filter(Exists(of_nobody))),
    ):
        if deleted := delete_in_batches(rows):
            logger.info("%d %s Hub events deleted", deleted, what)
