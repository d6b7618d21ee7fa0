"""The Hub tells the portal at once what happens to users' servers.

What it tells is a hint to read again and never more: the Hub's own schema of events says that they
are no complete record.
"""

from __future__ import annotations

import atexit
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from event_sender import Event, EventSender
from server_exits import ending_of
from traitlets.config import Config
from traitlets.log import get_logger

# The portal knows this word as well (models/hub_event.py).
SERVER_STARTED = "server.started"


class _StartsOfServers(logging.Handler):
    """Takes from the Hub's event log the starts alone: of ends it has those that somebody asked
    for and no others, while `post_stop_hook` has all.
    """

    def __init__(self, send: Callable[[Event], None]) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        event: Any = record.msg  # a dictionary, and no text
        if event.get("action") == "start":
            data = {"username": event["username"], "server_name": event["servername"]}
            self._send(Event(SERVER_STARTED, data))


def push_events(
    c: Config, *, portal_url: str, secrets: Sequence[str], state: Path, servers_end_with_hub: bool
) -> None:
    """Have the Hub of configuration `c` push its events to the portal at `portal_url`.

    Its spawner has to be one that RemembersItsEnd. Each of the `secrets` signs. `state` is the
    folder for what could not be told before the Hub ended.
    """
    sender = EventSender(
        f"{portal_url}/hooks/jupyterhub/",
        secrets,
        kept_in=state / "events-to-tell.jsonl",
        log=get_logger(),
    )
    # The thread is a daemon, so that a Hub that hangs on its way out is not held by it as well.
    atexit.register(sender.close)

    # A plain function: the Hub copies what is configured, and a sender cannot be copied.
    def tell_ending(spawner: Any) -> None:
        ending = ending_of(spawner, servers_end_with_hub=servers_end_with_hub)
        used = ending.last_activity
        data = {
            "username": spawner.user.name,
            "server_name": spawner.name,
            "exit_status": ending.exit_status,
            "last_activity": used.isoformat() if used else None,
        }
        sender.send(Event(ending.kind, data))

    c.EventLogger.handlers = [_StartsOfServers(sender.send)]
    c.Spawner.post_stop_hook = tell_ending
