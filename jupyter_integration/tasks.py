"""Celery's side: an id in, one service call. Names that begin with `starts.` have their own queue.

A task is a wake-up and no more: delivered twice it does its work once, lost it is sent again by
`reconcile`.
"""

import threading

from celery import Task, shared_task
from celery.signals import worker_shutting_down

from jupyter_integration import conf
from jupyter_integration.status import hub_availability, snapshots
from jupyter_integration.work.check_hub import check_hub
from jupyter_integration.work.delete_old_events import delete_old_events
from jupyter_integration.work.expire_queued_spawns import expire_queued_spawns
from jupyter_integration.work.find_stalled import find_stalled
from jupyter_integration.work.find_unknown_hub_users import find_unknown_hub_users
from jupyter_integration.work.process_queue import process_queue
from jupyter_integration.work.provision_hub_user import provision_hub_user
from jupyter_integration.work.reconcile_servers import reconcile_servers
from jupyter_integration.work.record_hub_version import record_hub_version
from jupyter_integration.work.refresh_status import refresh_status
from jupyter_integration.work.run_stop import run_cancel, run_revocation, run_stop
from portal.logs import about

WAKE_EVERY = 5.0  # seconds


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
    """A worker that was asked to end finishes what it follows, and leaves the line to the next."""
    _shutting_down.set()


@shared_task(name="server.cancel_start")
def cancel_start(request_id: int) -> None:
    with about(f"S{request_id}"):
        run_cancel(hub=conf.hub_client(), keeper=conf.lease_keeper(), request_id=request_id)


@shared_task(name="server.stop_server")
def stop_server(stop_id: int) -> None:
    with about(f"T{stop_id}"):
        run_stop(hub=conf.hub_client(), keeper=conf.lease_keeper(), stop_id=stop_id)


@shared_task(name="server.make_hub_user")
def make_hub_user(user_id: int) -> None:
    provision_hub_user(hub=conf.hub_client(), user_id=user_id)


@shared_task(name="server.revoke_access")
def revoke_access(hub_username: str) -> None:
    run_revocation(hub=conf.hub_client(), keeper=conf.lease_keeper(), hub_username=hub_username)


# One that waited longer is not worth doing: the page that asked has asked again.
@shared_task(name="server.refresh", expires=snapshots.WAKE_AGAIN_AFTER)
def refresh_server(user_id: int) -> None:
    refresh_status(hub=conf.hub_client(), user_id=user_id)


# By beat, and by pages that show something old.
@shared_task(name="server.reconcile_servers", expires=snapshots.WAKE_AGAIN_AFTER)
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
        reconcile()  # what waited for it goes on at once


@shared_task(name="server.delete_old_events")
def delete_expired_events() -> None:
    delete_old_events()


@shared_task(name="server.wake_stalled_work")
def reconcile() -> None:
    away_since = hub_availability.read().away_since
    if away_since is not None:
        expire_queued_spawns(hub_away_since=away_since)
    stalled = find_stalled(hub_is_away=conf.hub_client().is_blocked)
    for _ in range(stalled.starts):
        _wake(process_spawn_queue)
    for task, keys in (
        (cancel_start, stalled.cancels),
        (stop_server, stalled.stops),
        (revoke_access, stalled.revocations),
        (make_hub_user, stalled.accounts_without_hub_user),
    ):
        for key in keys:
            _wake(task, key)


def _wake(task: Task, *arguments: int | str) -> None:
    # Wake-ups that nobody had time for by the next round are sent anew then.
    task.apply_async(arguments, expires=2 * WAKE_EVERY)
