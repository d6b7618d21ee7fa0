"""Spawn of one server: from the first call of the Hub to a Lab that answers."""

import time
from collections.abc import Callable
from datetime import timedelta

from jupyter_integration.failures.classify import code_of_reason
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubCircuitOpen,
    HubConflict,
    HubNotFound,
    HubRejected,
    HubServerError,
    HubThrottled,
)
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.resources import Server
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.status import snapshots
from jupyter_integration.work.ensure_hub_user import ensure_hub_user
from jupyter_integration.work.follow_spawn import follow_progress, reported_failure, wait_for_lab
from jupyter_integration.work.leases import release_database_connection
from jupyter_integration.work.spawn_record import RetryLaterError, SpawnFailedError, SpawnRecord

EARLIER_WORK_TIMEOUT = timedelta(seconds=30)
EARLIER_WORK_POLL_INTERVAL = timedelta(seconds=0.2)


def spawn_server(hub: HubClient, lab: LabProbe, record: SpawnRecord) -> Server:
    """Return the ready server.

    Raises SpawnFailedError, RetryLaterError, SpawnCancelledError, LeaseLostError, any HubError, and
    what `ensure_hub_user` raises.
    """
    _refuse_inactive(record)
    record.heartbeat()
    _wait_until(lambda: _earlier_work_has_ended(record), record)
    server = None if _post_first(hub, record) else _check_and_post(hub, record)
    if server is None or not server.ready:
        server = follow_progress(hub, record)
    return wait_for_lab(hub, lab, record, server)


def _post_first(hub: HubClient, record: SpawnRecord) -> bool:
    """Send the first POST without reading the Hub, if the snapshot shows a stopped server.

    Return whether the Hub accepted it. The Hub itself does not start a second server beside one
    that came up since the snapshot (docs/adr/0014-first-post-without-a-look.md).
    """
    user = record.user
    if record.request.posted_at is not None or not _is_known_as_stopped(record):
        return False
    user.refresh_from_db(fields=["hub_username", "hub_user_created_at", "is_active"])
    _refuse_inactive(record)
    if user.hub_user_created_at is None:
        return False
    try:
        _post(hub, record)
    except HubNotFound:  # the Hub lost the user; `ensure_hub_user` makes it again
        return False
    return True


def _is_known_as_stopped(record: SpawnRecord) -> bool:
    cached = snapshots.read(record.user.pk)
    snapshot = cached.snapshot
    return snapshot is not None and not (
        snapshot.is_active or cached.is_outdated or not snapshot.is_believable
    )


def _check_and_post(hub: HubClient, record: SpawnRecord) -> Server | None:
    """Ensure that the Hub has the user, and POST unless the server is ready or pending spawn.

    Return the server that was there already, otherwise None.
    """
    server = ensure_hub_user(hub=hub, user=record.user).server
    while server is not None and server.pending == "stop":
        _wait_until(lambda: _is_not_stopping(hub, record), record)
        server = hub.get_user(record.hub_username).server
    if server is not None and (server.ready or server.pending == "spawn"):
        return server
    _refuse_retry_after_failure(hub, record)
    _post(hub, record)
    return None


def _refuse_inactive(record: SpawnRecord) -> None:
    if not record.user.is_active:
        raise SpawnFailedError(FailureCode.ACCOUNT_INACTIVE)


def _earlier_work_has_ended(record: SpawnRecord) -> bool:
    """Return whether the user's earlier stops and cancelled starts have ended."""
    earlier_starts = SpawnRequest.objects.open().filter(user=record.user, pk__lt=record.request.pk)
    stops = StopRequest.objects.open().filter(
        user=record.user, created_at__lte=record.request.created_at
    )
    return not (earlier_starts.exists() or stops.exists())


def _is_not_stopping(hub: HubClient, record: SpawnRecord) -> bool:
    server = hub.get_user(record.hub_username).server
    return server is None or server.pending != "stop"


def _refuse_retry_after_failure(hub: HubClient, record: SpawnRecord) -> None:
    """Raise SpawnFailedError if the start was posted before and failed.

    Only the progress stream still knows: it repeats the failure of the last start. After a restart
    of the Hub it knows of none, and the start is posted again.
    """
    if record.request.posted_at is None:
        return
    reason = reported_failure(hub, record)
    if reason is not None:
        raise SpawnFailedError(code_of_reason(reason), reason)


def _post(hub: HubClient, record: SpawnRecord) -> None:
    """POST once; `follow_progress` reads the outcome."""
    posted_before = record.request.posted_at
    release_database_connection()
    try:
        with hub.start_turn():
            record.note_post()
            hub.start_server(record.hub_username, {"language": record.user.language})
    except (HubConflict, HubThrottled, HubCircuitOpen) as refusal:
        # The Hub accepted nothing: a failure in its progress stream is that of an older start.
        record.request.posted_at = posted_before
        if not isinstance(refusal, HubConflict):
            raise
        snapshots.mark_outdated(record.user.pk)  # the server began to stop after the snapshot
        raise RetryLaterError from refusal
    except (HubServerError, HubRejected) as error:
        # The body is "Internal Server Error"; only the progress stream has the reason. A hook may
        # refuse with any status.
        reason = reported_failure(hub, record)
        if reason is None:
            raise
        raise SpawnFailedError(code_of_reason(reason), reason) from error


def _wait_until(condition: Callable[[], bool], record: SpawnRecord) -> None:
    """Return when `condition()` is true; raise RetryLaterError after EARLIER_WORK_TIMEOUT."""
    deadline = time.monotonic() + EARLIER_WORK_TIMEOUT.total_seconds()
    while not condition():
        if time.monotonic() > deadline:
            raise RetryLaterError
        record.heartbeat()
        release_database_connection()
        time.sleep(EARLIER_WORK_POLL_INTERVAL.total_seconds())
