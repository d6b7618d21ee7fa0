"""Events of the Hub are kept for as long as somebody may ask about them."""

import logging
from datetime import timedelta

from django.utils import timezone

from jupyter_integration.models import HubEvent

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=90)


def delete_old_events() -> None:
    """Delete the events that came more than KEPT_FOR ago."""
    deleted, _by_model = HubEvent.objects.filter(received_at__lt=timezone.now() - KEPT_FOR).delete()
    if deleted:
        logger.info("%d old events of the Hub are deleted", deleted)
