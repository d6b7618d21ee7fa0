"""Deletion of many rows in bounded batches: a sweep locks no table for long."""

from typing import Any

from django.db.models import QuerySet

BATCH = 500  # rows of one DELETE
MOST_BATCHES = 40  # of one run; the next run goes on


def delete_in_batches(rows: QuerySet[Any]) -> int:
    """Delete rows, at most BATCH × MOST_BATCHES; return how many."""
    deleted = 0
    for _ in range(MOST_BATCHES):
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        rows.model._default_manager.filter(pk__in=keys).delete()
        deleted += len(keys)
        if len(keys) < BATCH:
            break
    return deleted
