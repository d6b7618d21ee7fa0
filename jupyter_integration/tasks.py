"""Celery's side: an id in, one service call. Names that begin with `starts.` have their own queue.

A task is a wake-up and no more: delivered twice it does its work once, lost it is sent again by
`reconcile`.
"""

import threading

from celery import Task, shared_task
from celery.signals import worker_shutting_down

from jupyter_integration import conf, hub_contact, snapshots
from jupyter_integration.services.compare_with_hub import compare_with_hub
from jupyter_integration.services.find_unattended import find_unattended
from jupyter_integration.services.find_unknown_hub_users import find_unknown_hub_users
from jupyter_integration.services.forget_old_events import forget_old_events
from jupyter_integration.services.give_up_waiting import give_up_waiting
from jupyter_integration.services.look_at_hub import look_at_hub
from jupyter_integration.services.note_hub_version import note_hub_version
from jupyter_integration.services.provision_hub_user import provision_hub_user
from jupyter_integration.services.refresh_status import refresh_status
from jupyter_integration.services.run_stop import run_cancel, run_revocation, run_stop
from jupyter_integration.services.work_through_line import work_through_line
from portal.logs import about

RECONCILE_EVERY = 5.0  # seconds


@shared_task(name="starts.work_through_line")
def work_on_starts() -> None:
    work_through_line(
        hub=conf.hub_client(),
        lab=conf.lab_probe(),
        keeper=conf.lease_keeper(),
        is_wanted=lambda: not _shutting_down.is_set(),
    )


_shutting_down = threading.Event()


@worker_shutting_down.connect
def take_up_no_more(**_kwargs: object) -> None:
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
@shared_task(name="server.compare_with_hub", expires=snapshots.WAKE_AGAIN_AFTER)
def compare_servers() -> None:
    compare_with_hub(hub=conf.hub_client())


@shared_task(name="server.find_unknown_hub_users")
def look_for_unknown_users() -> None:
    find_unknown_hub_users(hub=conf.hub_client())


@shared_task(name="server.note_hub_version")
def ask_for_hub_version() -> None:
    note_hub_version(hub=conf.hub_client())


@shared_task(name="server.watch_hub")
def watch_hub() -> None:
    if look_at_hub(hub=conf.hub_client()):
        reconcile()  # what waited for it goes on at once


@shared_task(name="server.forget_old_events")
def sweep_events() -> None:
    forget_old_events()


@shared_task(name="server.reconcile")
def reconcile() -> None:
    away_since = hub_contact.read().away_since
    if away_since is not None:
        give_up_waiting(hub_away_since=away_since)
    unattended = find_unattended(hub_is_away=conf.hub_client().is_blocked)
    for _ in range(unattended.starts):
        _wake_again(work_on_starts)
    for task, keys in (
        (cancel_start, unattended.cancels),
        (stop_server, unattended.stops),
        (revoke_access, unattended.revocations),
        (make_hub_user, unattended.accounts_without_hub_user),
    ):
        for key in keys:
            _wake_again(task, key)


def _wake_again(task: Task, *arguments: int | str) -> None:
    # Wake-ups that nobody had time for by the next round are sent anew then.
    task.apply_async(arguments, expires=2 * RECONCILE_EVERY)
