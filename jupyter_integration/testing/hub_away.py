"""A Hub that calls have found away, without one: for what shows it, in tests and pictures."""

from contextlib import closing, suppress

from django.conf import settings

from jupyter_integration import conf
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubUnreachable
from jupyter_integration.hub.transport import HubTransport

_NOBODY_THERE = "http://127.0.0.1:1/hub/api"


def find_the_hub_away() -> None:
    """Let as many calls find nobody as it takes for all processes to know that the Hub is away."""
    transport = HubTransport(_NOBODY_THERE, "any-token", breaker=conf.hub_breaker())
    with closing(HubClient(transport)) as hub:
        for _ in range(settings.HUB_AWAY_AFTER_FAILURES):
            with suppress(HubUnreachable):
                hub.check()
