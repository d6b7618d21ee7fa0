"""Stop a server and see it stopped."""

import time
from collections.abc import Callable

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubNotFound, HubTimeout

LONGEST_STOP = 60.0  # seconds
LOOK_AGAIN_AFTER = 0.3  # seconds


def stop_until_stopped(
    hub: HubClient, hub_username: str, *, keep_alive: Callable[[], None]
) -> None:
    """Return when the Hub shows that nothing of the user runs, starts or stops.

    `keep_alive` is called between looks and may raise to give up.

    Raises HubTimeout after LONGEST_STOP, and every other HubError.
    """
    deadline = time.monotonic() + LONGEST_STOP
    try:
        hub.stop_server(hub_username)
        while True:
            server = hub.get_user(hub_username).server
            if server is None or not (server.ready or server.pending):
                return
            if time.monotonic() > deadline:
                raise HubTimeout(f"the server of {hub_username} did not stop")
            if server.pending is None:
                hub.stop_server(hub_username)
            keep_alive()
            time.sleep(LOOK_AGAIN_AFTER)
    except HubNotFound:
        return
