"""Expired entries of cache tables, which Django deletes only once a table is full.

They are sign-in codes and counts of people.
"""

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router
from django.utils import timezone


def delete_expired_entries() -> None:
    """Delete them from the table of each cache; MAX_ENTRIES bounds a table."""
    for alias in settings.CACHES:
        cache = caches[alias]
        if isinstance(cache, DatabaseCache):
            connection = connections[router.db_for_write(cache.cache_model_class)]
            table = connection.ops.quote_name(cache._table)  # type: ignore[attr-defined]
            now = connection.ops.adapt_datetimefield_value(timezone.now())
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [now])  # noqa: S608
