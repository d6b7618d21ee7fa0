"""Health check of the Hub, whose result is shared with all processes."""

import time
from datetime import timedelta

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubCircuitOpen, HubError, HubUnauthorized
from jupyter_integration.monitoring import reconciliation_report
from jupyter_integration.status import hub_availability

MAX_WAIT_FOR_BREAKER = timedelta(seconds=1)


def check_hub(*, hub: HubClient) -> bool:
    """Record whether the Hub answers; return whether it is back after it was unavailable.

    While the Hub is unavailable this call is the breaker's probe: the breaker closes without calls
    of other code.
    """
    was_unavailable = hub_availability.read().is_unavailable
    try:
        _check_once(hub)
    except HubUnauthorized:
        hub_availability.record_refusal()
        return False
    except HubError:  # logged by the call and counted by the breaker
        return False
    hub_availability.record_answer()
    reconciliation_report.record_hub_answers(is_back=was_unavailable)
    return was_unavailable


def _check_once(hub: HubClient) -> None:
    try:
        hub.check()
    except HubCircuitOpen as refused:
        # This check runs at the breaker's own interval. If it is refused because it came slightly
        # early, wait and retry once; otherwise every second check would be skipped and recovery
        # would be noticed twice as late.
        wait = timedelta(seconds=refused.retry_after or 0.0)
        if wait > MAX_WAIT_FOR_BREAKER:
            raise
        time.sleep(wait.total_seconds())
        hub.check()


def record_hub_version(*, hub: HubClient) -> None:
    """Record the Hub's version for staff; while the Hub is unavailable the last one stays."""
    try:
        reconciliation_report.record_hub_version(hub.get_version())
    except HubError:  # logged by the call
        return
