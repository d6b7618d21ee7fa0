"""Note the Hub's version, which staff are shown."""

from jupyter_integration import findings
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError


def note_hub_version(*, hub: HubClient) -> None:
    """Record it; while the Hub is away the last one stands."""
    try:
        findings.record_hub_version(hub.get_version())
    except HubError:  # which the call itself has logged
        return
