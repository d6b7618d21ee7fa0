"""Store of the circuit breaker in Django's cache, which may lose everything at any time."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection

from jupyter_integration.hub.breaker import StoreUnavailable
from portal.caches import copies


class CacheStore:
    """A BreakerStore over the default cache: Redis, or a table of the database."""

    def get_many(self, keys: Collection[str]) -> Mapping[str, object]:
        with _cache_errors():
            found: dict[str, Any] = copies.get_many(keys)
        return found

    def set(self, key: str, value: object, ttl: timedelta) -> None:
        with _cache_errors():
            copies.set(key, value, ttl.total_seconds())

    def add(self, key: str, value: object, ttl: timedelta) -> bool:
        with _cache_errors():
            added: bool | None = copies.add(key, value, ttl.total_seconds())
        if added is None:  # django-redis with ignored exceptions, while Redis is unavailable
            raise StoreUnavailable
        return added

    def delete_many(self, keys: Collection[str]) -> None:
        with _cache_errors():
            copies.delete_many(keys)


@contextmanager
def _cache_errors() -> Iterator[None]:
    """Turn the errors of a database cache into StoreUnavailable.

    A thread that released its database connection before a call to the Hub does not hold one
    again afterwards because of the breaker.
    """
    was_connected = connection.connection is not None
    try:
        yield
    except DatabaseError as error:
        raise StoreUnavailable from error
    finally:
        if not was_connected and connection.connection is not None:
            connection.close()
