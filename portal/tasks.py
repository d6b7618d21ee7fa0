"""Heartbeat tasks: beat sends one to each queue, so a run proves that beat and the worker live."""

from celery import shared_task

from portal.heartbeats import record_heartbeat


@shared_task(name="portal.beat_through_worker")
def beat_through_worker() -> None:
    record_heartbeat("beat")
    record_heartbeat("worker")


@shared_task(name="starts.beat_through_spawn_worker")
def beat_through_spawn_worker() -> None:
    record_heartbeat("beat")
    record_heartbeat("spawn_worker")
