"""Take up one start after the other for as long as there is one to take up."""

from collections.abc import Callable

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.services.leases import LeaseKeeper
from jupyter_integration.services.run_spawn import run_spawn
from jupyter_integration.services.waiting_room import next_in_line


def work_through_line(
    *, hub: HubClient, lab: LabProbe, keeper: LeaseKeeper, is_wanted: Callable[[], bool]
) -> None:
    """Work on starts until none waits, no slot is free, or the worker `is_wanted` no longer.

    A slot that a start gives back is taken by the next at once, without the broker: where that is
    away, the line goes on. While the Hub is away it stands still.
    """
    while is_wanted() and not hub.is_blocked and (request_id := next_in_line()) is not None:
        run_spawn(hub=hub, lab=lab, keeper=keeper, request_id=request_id)
