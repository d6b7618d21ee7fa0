"""Storage of an event of the Hub, which also wakes a refresh of its user's server."""

import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from jupyter_integration.hub.resources import HubEventPayload
from jupyter_integration.models import HubEvent
from jupyter_integration.models.shown_rows import invalidate_user_rows
from jupyter_integration.services.invalidate_and_refresh import invalidate_and_refresh

logger = logging.getLogger(__name__)


MAX_LATENCY = timedelta(seconds=5)
"""More than that between sending and receiving is a difference of the two clocks."""


def record_hub_event(*, message_id: str, event: HubEventPayload, sent_at: datetime) -> bool:
    """Store the event and wake a refresh; return False if the event is stored already.

    The event itself changes no status: it may be late, out of order or doubled. `sent_at`, by the
    Hub's clock, is the time of this attempt. The event's times are stored by the portal's clock, as
    they are compared with those of requests.
    """
    behind = timezone.now() - sent_at
    shift = behind if abs(behind) > MAX_LATENCY else timedelta(0)
    try:
        with transaction.atomic():
            HubEvent.objects.create(
                message_id=message_id,
                kind=event.kind,
                hub_username=event.username,
                server_name=event.server_name,
                happened_at=event.happened_at + shift,
                exit_status=event.exit_status,
                reason=event.reason,
                message=event.message,
                last_activity=event.last_activity and event.last_activity + shift,
            )
    except IntegrityError:
        return False
    logger.info("Event of the Hub: %s %s", event.kind, event.username)
    users = User.objects.filter(hub_username=event.username)
    user_id = users.values_list("pk", flat=True).first()
    if user_id is not None:  # the Hub may have users that are not the portal's
        invalidate_user_rows([user_id])
        invalidate_and_refresh(user_id=user_id)
    return True
