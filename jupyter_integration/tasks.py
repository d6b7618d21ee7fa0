"""Celery tasks: an id in, one call of `work`. Tasks named `starts.…` have a queue of their own.

A task only wakes a worker for a row. Delivered twice it does its work once; lost it is sent again
by `wake_stalled_work`.
"""

import threading
from datetime import timedelta

from celery import Task, shared_task
from celery.signals import worker_shutting_down

from jupyter_integration import conf
from jupyter_integration.status import hub_availability, refresh_claims
from jupyter_integration.work.cancel_spawn import cancel_spawn
from jupyter_integration.work.check_hub import check_hub, record_hub_version
from jupyter_integration.work.delete_accounts import delete_accounts
from jupyter_integration.work.delete_old_events import delete_old_events
from jupyter_integration.work.end_hub_sessions import end_hub_sessions
from jupyter_integration.work.expire_queued_spawns import expire_queued_spawns
from jupyter_integration.work.find_stalled import find_stalled
from jupyter_integration.work.find_unknown_hub_users import find_unknown_hub_users
from jupyter_integration.work.process_queue import process_queue
from jupyter_integration.work.provision_hub_user import provision_hub_user
from jupyter_integration.work.reconcile_servers import reconcile_servers
from jupyter_integration.work.refresh_status import refresh_status
from jupyter_integration.work.revoke_access import revoke_access
from jupyter_integration.work.run_stop import run_stop
from portal.logs import log_context

WAKE_UP_INTERVAL = timedelta(seconds=5)
"""Of `wake_stalled_work` in CELERY_BEAT_SCHEDULE."""


@shared_task(name="starts.process_queue")
def process_spawn_queue() -> None:
    process_queue(
        hub=conf.hub_client(),
        lab=conf.lab_probe(),
        keeper=conf.lease_keeper(),
        is_wanted=lambda: not _shutting_down.is_set(),
    )


_shutting_down = threading.Event()


@worker_shutting_down.connect
def stop_claiming(**_kwargs: object) -> None:
    """Let a worker that shuts down finish its starts and claim no more."""
    _shutting_down.set()


@shared_task(name="server.cancel_start")
def cancel_start(request_id: int) -> None:
    with log_context(f"S{request_id}"):
        cancel_spawn(hub=conf.hub_client(), keeper=conf.lease_keeper(), request_id=request_id)


@shared_task(name="server.stop_server")
def stop_server(stop_id: int) -> None:
    with log_context(f"T{stop_id}"):
        run_stop(hub=conf.hub_client(), keeper=conf.lease_keeper(), stop_id=stop_id)


@shared_task(name="server.make_hub_user")
def make_hub_user(user_id: int) -> None:
    provision_hub_user(hub=conf.hub_client(), user_id=user_id)


@shared_task(name="server.revoke_access")
def revoke_hub_access(hub_username: str) -> None:
    revoke_access(hub=conf.hub_client(), keeper=conf.lease_keeper(), hub_username=hub_username)


@shared_task(name="server.end_sessions")
def end_sessions_on_hub(hub_username: str) -> None:
    end_hub_sessions(
        hub=conf.hub_client(),
        keeper=conf.lease_keeper(),
        secrets=conf.webhook_secrets(),
        hub_username=hub_username,
    )


# An older task is not worth running: the page that asked for it has asked again.
@shared_task(name="server.refresh", expires=refresh_claims.CLAIM_TTL.total_seconds())
def refresh_server(user_id: int) -> None:
    refresh_status(hub=conf.hub_client(), user_id=user_id)


# Sent by beat, and by pages that show an old snapshot.
@shared_task(name="server.reconcile_servers", expires=refresh_claims.CLAIM_TTL.total_seconds())
def reconcile_all_servers() -> None:
    reconcile_servers(hub=conf.hub_client())


@shared_task(name="server.find_unknown_hub_users")
def scan_for_unknown_users() -> None:
    find_unknown_hub_users(hub=conf.hub_client())


@shared_task(name="server.record_hub_version")
def read_hub_version() -> None:
    record_hub_version(hub=conf.hub_client())


@shared_task(name="server.check_hub")
def check_hub_availability() -> None:
    if check_hub(hub=conf.hub_client()):
        wake_stalled_work()  # work that waited for the Hub continues at once


@shared_task(name="server.delete_old_events")
def delete_expired_events() -> None:
    delete_old_events()


@shared_task(name="server.delete_accounts")
def delete_anonymised_accounts() -> None:
    delete_accounts()


@shared_task(name="server.wake_stalled_work")
def wake_stalled_work() -> None:
    unavailable_since = hub_availability.read().away_since
    if unavailable_since is not None:
        expire_queued_spawns(hub_unavailable_since=unavailable_since)
    stalled = find_stalled(hub_is_unavailable=conf.hub_client().is_blocked)
    for _ in range(stalled.starts):
        _wake(process_spawn_queue)
    for task, keys in (
        (cancel_start, stalled.cancels),
        (stop_server, stalled.stops),
        (revoke_hub_access, stalled.revocations),
        (end_sessions_on_hub, stalled.session_ends),
        (make_hub_user, stalled.accounts_without_hub_user),
    ):
        for key in keys:
            _wake(task, key)


def _wake(task: Task, *arguments: int | str) -> None:
    # The next rounds send wake-ups again that no worker had time for.
    task.apply_async(arguments, expires=2 * WAKE_UP_INTERVAL.total_seconds())
