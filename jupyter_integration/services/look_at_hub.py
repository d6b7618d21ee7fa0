"""Look whether the Hub answers, so that whoever wants to know need not ask it."""

import logging

from jupyter_integration import snapshots
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError

logger = logging.getLogger(__name__)


def look_at_hub(*, hub: HubClient) -> None:
    """Note that the Hub answers, or that it does not; by a read that its database and our token
    have a part in.
    """
    try:
        next(hub.list_users(page_size=1), None)
    except HubError as error:
        logger.warning("The Hub does not answer: %s", error)
        snapshots.record_hub_failure()
    else:
        snapshots.record_hub_answer()
