"""Settings of database, cache and broker; two URLs decide which ones are used."""

from pathlib import Path
from typing import Any

CACHE_PREFIX = "shaparak"  # the broker uses the same Redis, without this prefix
SQLITE_OPTIONS = {
    # Writers wait at the start of a transaction instead of failing in its middle.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,  # seconds
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


def database(url_settings: dict[str, Any], *, pool_size: int) -> dict[str, Any]:
    """Return Django's settings of one database.

    `url_settings` is DATABASE_URL as django-environ parses it; `pool_size` is the number of
    PostgreSQL connections that one process may hold.
    """
    if url_settings["ENGINE"].endswith("sqlite3"):
        return url_settings | {"OPTIONS": SQLITE_OPTIONS}
    options = {
        "connect_timeout": 5,  # seconds
        "pool": {"min_size": 1, "max_size": pool_size, "timeout": 10},
    }
    return url_settings | {"OPTIONS": url_settings.get("OPTIONS", {}) | options}


def cache_table(*, holds_copies: bool) -> dict[str, Any]:
    """Return Django's settings of the cache in a table of the database, made by `prepare`.

    Never a cache of one process: it stores sign-in codes of the OpenID provider, and the web
    process that issues a code is not always the one that redeems it.
    """
    return {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        # Django culls a third of all entries at 300 by default: the codes of a single class.
        # Each write counts the rows, so that a table without copies stays small.
        "OPTIONS": {"MAX_ENTRIES": 200_000 if holds_copies else 50_000},
    }


def redis_cache(redis_url: str) -> dict[str, Any]:
    """Return Django's settings of the cache in Redis, for what can be made again."""
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": redis_url,
        "KEY_PREFIX": CACHE_PREFIX,
        "OPTIONS": {
            "SOCKET_CONNECT_TIMEOUT": 1,  # seconds
            "SOCKET_TIMEOUT": 1,
            "CONNECTION_POOL_CLASS": "portal.redis_connections.PausingConnectionPool",
        },
    }


def broker_options(redis_url: str, folder: Path) -> dict[str, Any]:
    """Return kombu's options for Redis, or for files in `folder` (made by `manage.py prepare`)."""
    if redis_url:
        return {
            "socket_connect_timeout": 2,  # seconds
            # A page that enqueues a task waits that long for a Redis that hangs. Workers wait for
            # a task one second at a time.
            "socket_timeout": 3,
            # Workers retry by themselves; a page does not wait for that.
            "max_retries": 0,
            "queue_order_strategy": "priority",
        }
    return {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
        "store_processed": False,
        "polling_interval": 0.1,  # seconds; with kombu's default, one second, each start feels slow
    }
