"""Stop of a server: the call to the Hub, the wait for its end, and the rules for a retry."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubCircuitOpen,
    HubError,
    HubNotFound,
    HubRejected,
    HubTimeout,
)

logger = logging.getLogger(__name__)

SERVER_STOP_TIMEOUT = timedelta(seconds=60)
STOP_POLL_INTERVAL = timedelta(seconds=0.3)
STOP_RETRY_DELAY = timedelta(seconds=3)


def stop_and_wait(hub: HubClient, hub_username: str, *, heartbeat: Callable[[], None]) -> None:
    """Return when the Hub shows no active server of the user.

    `heartbeat` is called at each poll; what it raises ends the wait.

    Raises HubTimeout after SERVER_STOP_TIMEOUT, and every other HubError.
    """
    deadline = time.monotonic() + SERVER_STOP_TIMEOUT.total_seconds()
    try:
        hub.stop_server(hub_username)
        while True:
            server = hub.get_user(hub_username).server
            if server is None or not server.is_active:
                return
            if time.monotonic() > deadline:
                raise HubTimeout(f"the server of {hub_username} did not stop")
            if server.pending is None:
                hub.stop_server(hub_username)
            heartbeat()
            time.sleep(STOP_POLL_INTERVAL.total_seconds())
    except HubNotFound:
        return


def is_final(error: HubError, *, requested_at: datetime) -> bool:
    """Return whether a stop that failed with `error` is not retried.

    That is so after SPAWN_DEADLINE, and when the Hub rejects the call.
    """
    is_late = timezone.now() - requested_at > timedelta(seconds=settings.SPAWN_DEADLINE)
    return is_late or isinstance(error, HubRejected)


def log_failure(what: object, error: HubError) -> None:
    if not isinstance(error, HubCircuitOpen):  # the breaker has logged once that it opened
        logger.warning("%s: %s", what, error)
