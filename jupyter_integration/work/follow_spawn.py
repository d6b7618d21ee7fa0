"""Progress of a posted start: from the Hub's event stream to a Lab that answers."""

import time
from datetime import timedelta

from jupyter_integration.failures.classify import code_of_reason
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubNotStarting
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.resources import ProgressEvent, Server
from jupyter_integration.work.leases import release_database_connection
from jupyter_integration.work.spawn_record import RetryLaterError, SpawnFailedError, SpawnRecord

LAB_TIMEOUT = timedelta(seconds=30)
"""From the Hub's "ready" to the Lab's first answer."""

LAB_POLL_INTERVAL = timedelta(seconds=0.2)


def follow_progress(hub: HubClient, record: SpawnRecord) -> Server:
    """Return the server when the Hub reports that it is ready.

    Raises SpawnFailedError, and RetryLaterError where there is no start to follow (any more).
    """
    saw_progress = False
    release_database_connection()
    try:
        for event in hub.follow_progress(record.hub_username, on_keepalive=record.heartbeat):
            if event.failed:
                raise SpawnFailedError(code_of_reason(event.message), event.message)
            if event.ready:
                return _server_of(event, hub, record) if saw_progress else _ready_on(hub, record)
            saw_progress = True
            record.heartbeat(progress=event.progress, message=event.message)
            release_database_connection()
    except HubNotStarting as error:
        # The Hub was restarted, or the server was stopped by another caller.
        record.heartbeat()
        raise RetryLaterError from error
    raise RetryLaterError


def reported_failure(hub: HubClient, record: SpawnRecord) -> str | None:
    """Return why the last start failed, as the Hub reports it; None if it reports no failure."""
    try:
        event = next(hub.follow_progress(record.hub_username), None)
    except HubNotStarting:
        return None
    return event.message if event is not None and event.failed else None


def wait_for_lab(hub: HubClient, lab: LabProbe, record: SpawnRecord, server: Server) -> Server:
    """Return the server when its Lab answers; raise SpawnFailedError after LAB_TIMEOUT.

    The Hub's "ready" can be a second early: a browser that is sent there sees an error. While
    another caller cancels the start, "ready" is wrong: so the Hub is read again when the Lab does
    not answer at first, and once more before the start fails.
    """
    release_database_connection()
    if lab.answers(server.url):
        return server
    server = _ready_on(hub, record)
    deadline = time.monotonic() + LAB_TIMEOUT.total_seconds()
    while not lab.answers(server.url):
        if time.monotonic() > deadline:
            _ready_on(hub, record)
            raise SpawnFailedError(FailureCode.LAB_SILENT)
        record.heartbeat()
        release_database_connection()
        time.sleep(LAB_POLL_INTERVAL.total_seconds())
    return server


def _server_of(ready: ProgressEvent, hub: HubClient, record: SpawnRecord) -> Server:
    """Return the server as the "ready" event describes it.

    This saves one read of the Hub in the seconds in which a whole class starts.
    """
    posted_at = record.request.posted_at
    if ready.url is None or posted_at is None:
        return _ready_on(hub, record)
    return Server(
        ready=True,
        pending=None,
        url=ready.url,
        started=posted_at,
        last_activity=None,
        stopped=False,
    )


def _ready_on(hub: HubClient, record: SpawnRecord) -> Server:
    server = hub.get_user(record.hub_username).server
    if server is None or not server.ready:
        raise RetryLaterError
    return server
