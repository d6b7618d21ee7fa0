"""Server states of many users, for staff's lists: two queries and one call to the cache."""

from collections.abc import Collection

from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.status import snapshots
from jupyter_integration.status.queries import state_of


def server_states(user_ids: Collection[int]) -> dict[int, ServerState]:
    """Return the state of each user's server; UNKNOWN where the Hub was not read lately.

    Open requests come first, as on the users' own pages. A failed start is a stopped server.
    """
    states = {
        user_id: state_of(snapshot.server) if snapshot.is_believable else ServerState.UNKNOWN
        for user_id, snapshot in snapshots.newest(user_ids).items()
    }
    stops = StopRequest.objects.filter(user__in=user_ids, finished_at=None)
    states |= dict.fromkeys(stops.values_list("user", flat=True), ServerState.STOPPING)
    starts = SpawnRequest.objects.open().filter(user__in=user_ids)
    for user_id, state, cancelled_at in starts.values_list("user", "state", "cancel_requested_at"):
        states[user_id] = ServerState.STOPPING if cancelled_at else ServerState(state)
    return {user_id: states.get(user_id, ServerState.UNKNOWN) for user_id in user_ids}
