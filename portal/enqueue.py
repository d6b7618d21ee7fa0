"""Enqueueing of Celery tasks after the commit, without waiting for the broker."""

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

from portal.pause import Pause

logger = logging.getLogger(__name__)

pause = Pause(timedelta(seconds=5))
"""After a failure: not each page of this process waits for a broker that hangs."""


def enqueue_on_commit(task: Task, *args: Any) -> None:
    """Send `task` after the transaction commits, or at once if there is none.

    A task only wakes a worker for a row of the database. If the broker is unavailable, the task is
    dropped with a warning, and those of the pause after it as well. The periodic
    `wake_stalled_work` finds the row.
    """
    transaction.on_commit(partial(_send, task, args))


def _send(task: Task, args: tuple[Any, ...]) -> None:
    if pause.is_on():
        return
    try:
        task.apply_async(args)
    except (OperationalError, OSError) as error:
        pause.begin()
        logger.warning("The broker did not accept %s%s: %s", task.name, args, error)
