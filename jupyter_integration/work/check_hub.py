"""Look whether the Hub answers, so that whoever wants to know need not ask it."""

import time

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubCircuitOpen, HubError, HubUnauthorized
from jupyter_integration.monitoring import reconciliation_report
from jupyter_integration.status import hub_availability

LONGEST_WAIT = 1.0  # seconds


def check_hub(*, hub: HubClient) -> bool:
    """Note what the Hub answers, and return whether it is back after it was lost.

    While the Hub is away this is the breaker's probe: nobody else has to call for it to close.
    """
    was_lost = hub_availability.read().is_unavailable
    try:
        _ask(hub)
    except HubUnauthorized:
        hub_availability.record_refusal()
        return False
    except HubError:  # which the call has logged and the breaker counted
        return False
    hub_availability.record_answer()
    reconciliation_report.record_hub_answers(is_back=was_lost)
    return was_lost


def _ask(hub: HubClient) -> None:
    try:
        hub.check()
    except HubCircuitOpen as refused:
        # Looks come as often as the breaker lets one pass: who is refused for being a moment early
        # would be so the next time too, and the Hub be found back twice as late.
        wait = refused.retry_after or 0.0
        if wait > LONGEST_WAIT:
            raise
        time.sleep(wait)
        hub.check()
