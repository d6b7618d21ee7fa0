"""Enqueueing of Celery tasks after the commit, without waiting for the broker."""

import logging
from functools import partial
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def enqueue_on_commit(task: Task, *args: Any) -> None:
    """Send `task` after the transaction commits, or at once if there is none.

    A task only wakes a worker for a row of the database. If the broker is unavailable, the task is
    dropped with a warning, and the periodic `wake_stalled_work` finds the row.
    """
    transaction.on_commit(partial(_send, task, args))


def _send(task: Task, args: tuple[Any, ...]) -> None:
    try:
        task.apply_async(args)
    except (OperationalError, OSError) as error:
        logger.warning("The broker did not accept %s%s: %s", task.name, args, error)
