"""Heartbeats of the background processes: workers and beat."""

from datetime import datetime, timedelta

from celery import Celery
from celery.signals import beat_init, worker_ready
from celery.worker import WorkController
from django.utils import timezone

from portal.caches import copies

PARTS = ("worker", "spawn_worker", "beat")
HEARTBEAT_TTL = timedelta(days=1)
HEARTBEAT_TIMEOUT = timedelta(seconds=60)
"""Four heartbeats; without one for longer, a part is silent."""
_PART_OF_QUEUE = {"default": "worker", "starts": "spawn_worker"}


def record_heartbeat(part: str) -> None:
    """Record a heartbeat of `part`, one of PARTS."""
    copies.set(f"heartbeat:{part}", timezone.now(), HEARTBEAT_TTL.total_seconds())


def last_heartbeats() -> dict[str, datetime]:
    """Return the time of each part's last heartbeat; parts without one are missing."""
    cached = copies.get_many([f"heartbeat:{part}" for part in PARTS])
    return {key.removeprefix("heartbeat:"): moment for key, moment in cached.items()}


def is_silent(part: str) -> bool:
    """Return whether `part`, one of PARTS, had no heartbeat within HEARTBEAT_TIMEOUT."""
    return not is_alive(copies.get(f"heartbeat:{part}"))


def is_alive(last_heartbeat: datetime | None) -> bool:
    """Return whether a part with this last heartbeat is alive."""
    return last_heartbeat is not None and timezone.now() - last_heartbeat < HEARTBEAT_TIMEOUT


@worker_ready.connect
def record_ready_worker(sender: WorkController, **_kwargs: object) -> None:
    app: Celery = sender.app
    for queue in app.amqp.queues.consume_from:
        record_heartbeat(_PART_OF_QUEUE[queue])


@beat_init.connect
def record_started_beat(**_kwargs: object) -> None:
    record_heartbeat("beat")
