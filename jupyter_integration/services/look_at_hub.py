"""Look whether the Hub answers, so that whoever wants to know need not ask it."""

from jupyter_integration import snapshots
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError


def look_at_hub(*, hub: HubClient) -> None:
    """Note that the Hub answers, or that it does not; by a read that its database and our token
    have a part in.
    """
    try:
        next(hub.list_users(page_size=1), None)
    except HubError:  # which the call itself has logged
        snapshots.record_hub_failure()
    else:
        snapshots.record_hub_answer()
