"""Outage of the Hub without a Hub, for tests and pictures of pages."""

from contextlib import closing, suppress

from django.conf import settings

from jupyter_integration import conf
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubUnreachable
from jupyter_integration.hub.transport import HubTransport

_CLOSED_PORT = "http://127.0.0.1:1/hub/api"


def find_the_hub_away() -> None:
    """Make as many failing calls as open the circuit breaker of all processes."""
    transport = HubTransport(_CLOSED_PORT, "any-token", breaker=conf.hub_breaker())
    with closing(HubClient(transport)) as hub:
        for _ in range(settings.HUB_AWAY_AFTER_FAILURES):
            with suppress(HubUnreachable):
                hub.check()
