"""Hand work to Celery once the database has it, and never make a visitor wait for the broker."""

import logging
from functools import partial
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def enqueue_on_commit(task: Task, *args: Any) -> None:
    """Send `task` after the transaction commits, at once where there is none.

    A task is only the wake-up for work that a database row records. When the broker is away the
    wake-up is dropped with a warning; the periodic sweep (`reconcile`) finds the row.
    """
    transaction.on_commit(partial(_send, task, args))


def _send(task: Task, args: tuple[Any, ...]) -> None:
    try:
        task.apply_async(args)
    except (OperationalError, OSError) as error:
        logger.warning("The broker did not take %s%s: %s", task.name, args, error)
