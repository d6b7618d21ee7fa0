"""Schedule of periodic tasks: what beat enqueues, and how often."""

from datetime import timedelta
from typing import Any


def every(interval: timedelta, task: str, *, expires: timedelta | None = None) -> dict[str, Any]:
    """Return beat's entry for a task.

    A task that no worker has claimed when it `expires` (by default when the next one comes) is
    dropped, so that none pile up while no worker runs.
    """
    options = {"expires": (expires or interval).total_seconds()}
    return {task: {"task": task, "schedule": interval, "options": options}}


BEAT_SCHEDULE = {
    **every(timedelta(seconds=5), "server.wake_stalled_work"),
    **every(timedelta(seconds=5), "server.check_hub"),
    **every(timedelta(seconds=20), "server.reconcile_servers", expires=timedelta(seconds=15)),
    **every(timedelta(minutes=1), "server.record_hub_version"),
    # Goes through all users once an hour.
    **every(timedelta(minutes=1), "server.find_unknown_hub_users"),
    **every(timedelta(hours=1), "server.delete_old_events"),
    **every(timedelta(minutes=10), "server.delete_accounts"),
    **every(timedelta(hours=1), "accounts.clear_expired"),
    **every(timedelta(hours=1), "portal.clear_cache_tables"),
    **every(timedelta(hours=1), "mail.delete_expired"),
    **every(timedelta(hours=1), "limits.delete_ended"),
    **every(timedelta(seconds=15), "mail.deliver_waiting"),
    **every(timedelta(seconds=15), "portal.beat_through_worker"),
    **every(timedelta(seconds=15), "starts.beat_through_spawn_worker"),
}
