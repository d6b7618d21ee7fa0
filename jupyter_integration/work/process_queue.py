"""Take up one start after the other for as long as there is one to take up."""

import threading
from collections.abc import Callable

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.work.leases import Lease, LeaseKeeper
from jupyter_integration.work.run_spawn import run_spawn
from jupyter_integration.work.slots import claim_with_slot, next_queued

_claiming = threading.Lock()
"""Threads that look for the next start together all find the same one, and all but one in vain.
Other processes they meet in the database.
"""


def process_queue(
    *, hub: HubClient, lab: LabProbe, keeper: LeaseKeeper, is_wanted: Callable[[], bool]
) -> None:
    """Work on starts until none waits, no slot is free, or the worker `is_wanted` no longer.

    A slot that a start gives back is taken by the next at once, without the broker: where that is
    away, the line goes on. While the Hub is away it stands still.
    """
    while is_wanted() and (lease := _claim_next(hub)) is not None:
        run_spawn(hub=hub, lab=lab, keeper=keeper, lease=lease)


def _claim_next(hub: HubClient) -> Lease | None:
    with _claiming:
        while not hub.is_blocked and (request_id := next_queued()) is not None:
            if (lease := claim_with_slot(request_id)) is not None:
                return lease
    return None
