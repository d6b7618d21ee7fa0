"""Tasks of the portal itself.

Beat sends a heartbeat to each queue, so a run proves that beat and the worker live.
"""

from celery import shared_task

from portal.cache_table import delete_expired_entries
from portal.heartbeats import record_heartbeat


@shared_task(name="portal.beat_through_worker")
def beat_through_worker() -> None:
    record_heartbeat("beat")
    record_heartbeat("worker")


@shared_task(name="starts.beat_through_spawn_worker")
def beat_through_spawn_worker() -> None:
    record_heartbeat("beat")
    record_heartbeat("spawn_worker")


@shared_task(name="portal.clear_cache_tables")
def clear_cache_tables() -> None:
    delete_expired_entries()
