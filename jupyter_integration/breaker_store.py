"""The breaker's store: Django's cache, which all processes share and none may rely on."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection

from jupyter_integration.hub.breaker import StoreAway


class CacheStore:
    """A BreakerStore over the default cache: Redis, or a table of the database."""

    def get_many(self, keys: Collection[str]) -> Mapping[str, object]:
        with _reaching_the_cache():
            found: dict[str, Any] = cache.get_many(keys)
        return found

    def set(self, key: str, value: object, seconds: float) -> None:
        with _reaching_the_cache():
            cache.set(key, value, seconds)

    def add(self, key: str, value: object, seconds: float) -> bool:
        with _reaching_the_cache():
            added: bool | None = cache.add(key, value, seconds)
        if added is None:  # django-redis, told to ignore that its server is away
            raise StoreAway
        return added

    def delete_many(self, keys: Collection[str]) -> None:
        with _reaching_the_cache():
            cache.delete_many(keys)


@contextmanager
def _reaching_the_cache() -> Iterator[None]:
    """Where the cache is a table, leave the thread's connection as it is found.

    Whoever gave it back to wait for the Hub must not hold one again because of the breaker.
    """
    was_connected = connection.connection is not None
    try:
        yield
    except DatabaseError as error:
        raise StoreAway from error
    finally:
        if not was_connected and connection.connection is not None:
            connection.close()
