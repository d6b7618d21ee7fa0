"""Note the Hub's version, which staff are shown."""

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError
from jupyter_integration.monitoring import reconciliation_report


def record_hub_version(*, hub: HubClient) -> None:
    """Record it; while the Hub is away the last one stands."""
    try:
        reconciliation_report.record_hub_version(hub.get_version())
    except HubError:  # which the call itself has logged
        return
