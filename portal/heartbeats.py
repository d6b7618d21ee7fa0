"""Signs of life of the parts that nobody visits: workers and beat."""

from datetime import datetime, timedelta

from celery import Celery
from celery.signals import beat_init, worker_ready
from celery.worker import WorkController
from django.core.cache import cache
from django.utils import timezone

PARTS = ("worker", "spawn_worker", "beat")
KEPT_FOR = 24 * 3600  # seconds
ALIVE_FOR = timedelta(seconds=60)
"""Four heartbeats; a part that says nothing for longer is silent."""
_PART_OF_QUEUE = {"default": "worker", "starts": "spawn_worker"}


def record_heartbeat(part: str) -> None:
    """Note that `part` of PARTS lives now."""
    cache.set(f"heartbeat:{part}", timezone.now(), KEPT_FOR)


def last_heartbeats() -> dict[str, datetime]:
    """Return when each part last gave a sign of life; parts that never did are missing."""
    found = cache.get_many([f"heartbeat:{part}" for part in PARTS])
    return {key.removeprefix("heartbeat:"): moment for key, moment in found.items()}


def is_silent(part: str) -> bool:
    """Whether `part` of PARTS gave no sign of life for longer than ALIVE_FOR."""
    return not is_alive(cache.get(f"heartbeat:{part}"))


def is_alive(last_heartbeat: datetime | None) -> bool:
    """Whether a part lives whose last sign of life was then."""
    return last_heartbeat is not None and timezone.now() - last_heartbeat < ALIVE_FOR


@worker_ready.connect
def record_worker(sender: WorkController, **_kwargs: object) -> None:
    app: Celery = sender.app
    for queue in app.amqp.queues.consume_from:
        record_heartbeat(_PART_OF_QUEUE[queue])


@beat_init.connect
def record_beat(**_kwargs: object) -> None:
    record_heartbeat("beat")
