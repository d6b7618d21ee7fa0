"""Events of users' servers that the Hub sends to the portal.

An event only tells the portal to read the Hub again: the Hub's own schema of events says that they
are not a complete record.
"""

from __future__ import annotations

import atexit
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from event_sender import Event, EventSender
from server_exits import exit_of
from traitlets.config import Config
from traitlets.log import get_logger

# The portal's HubEvent.Kind has the same value.
SERVER_STARTED = "server.started"


class _StartHandler(logging.Handler):
    """Sends the starts of the Hub's event log.

    That log has only the stops that somebody requested; `post_stop_hook` is called for all.
    """

    def __init__(self, send: Callable[[Event], None]) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        event: Any = record.msg  # a dictionary, not a text
        if event.get("action") == "start":
            data = {"username": event["username"], "server_name": event["servername"]}
            self._send(Event(SERVER_STARTED, data))


def push_events(
    c: Config, *, portal_url: str, secrets: Sequence[str], state: Path, servers_end_with_hub: bool
) -> None:
    """Configure the Hub to push its events to the portal at `portal_url`.

    The Hub's spawner class has to be a RecordsExit. Each of the `secrets` signs. Unsent events are
    stored in the folder `state` while no Hub runs.
    """
    sender = EventSender(
        f"{portal_url}/hooks/jupyterhub/",
        secrets,
        spool=state / "events-to-tell.jsonl",
        log=get_logger(),
    )
    # The thread is a daemon: it must not keep a Hub alive that hangs during its shutdown.
    atexit.register(sender.close)

    # A plain function: the Hub copies configured values, and a sender cannot be copied.
    def send_exit(spawner: Any) -> None:
        server_exit = exit_of(spawner, servers_end_with_hub=servers_end_with_hub)
        last_activity = server_exit.last_activity
        data = {
            "username": spawner.user.name,
            "server_name": spawner.name,
            "exit_status": server_exit.exit_status,
            "reason": server_exit.reason,
            "message": server_exit.message,
            "last_activity": last_activity.isoformat() if last_activity else None,
        }
        sender.send(Event(server_exit.kind, data))

    c.EventLogger.handlers = [_StartHandler(sender.send)]
    c.Spawner.post_stop_hook = send_exit
