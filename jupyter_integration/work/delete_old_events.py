"""Deletion of old Hub events."""

import logging

from django.utils import timezone

from jupyter_integration.models import HubEvent
from jupyter_integration.models.hub_event import EVENT_RETENTION

logger = logging.getLogger(__name__)


def delete_old_events() -> None:
    """Delete the events that were received more than EVENT_RETENTION ago."""
    expired = HubEvent.objects.filter(received_at__lt=timezone.now() - EVENT_RETENTION)
    deleted, _by_model = expired.delete()
    if deleted:
        logger.info("%d old Hub events deleted", deleted)
