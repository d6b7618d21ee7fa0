"""Caches: lasting values are in the database, and a dead Redis is left alone for a while."""

import time
from collections.abc import Iterator
from contextlib import closing
from socket import create_server

import pytest
from django.core.cache import cache
from redis.connection import SSLConnection

from portal import database_settings, redis_connections
from portal.caches import copies


@pytest.fixture
def silent_server() -> Iterator[str]:
    """The address of a server that accepts connections and says nothing, as a hanging Redis."""
    with closing(create_server(("127.0.0.1", 0), backlog=50)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.mark.parametrize("redis_url", ["", "redis://127.0.0.1:1/0"])
def test_default_cache_is_in_the_database(redis_url: str) -> None:
    settings = database_settings.cache_table(holds_copies=not redis_url)

    assert settings["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


def test_sign_in_codes_are_found_without_redis(db: None, settings) -> None:
    away = database_settings.redis_cache("redis://127.0.0.1:1/0")
    settings.CACHES = settings.CACHES | {"copies": away}

    cache.set("code", "of a sign-in", 60)
    copies.set("copy", "of a row", 60)

    assert (cache.get("code"), copies.get("copy")) == ("of a sign-in", None)


def test_hanging_redis_is_waited_for_once(settings, silent_server: str) -> None:
    settings.CACHES = settings.CACHES | {"copies": database_settings.redis_cache(silent_server)}
    timeout = settings.CACHES["copies"]["OPTIONS"]["SOCKET_TIMEOUT"]
    began = time.monotonic()

    for number in range(10):
        assert copies.get(f"key-{number}") is None

    assert time.monotonic() - began < 3 * timeout


def test_address_with_tls_is_connected_with_tls() -> None:
    pool = redis_connections.PausingConnectionPool.from_url("rediss://redis.example.ir:6380/0")

    assert isinstance(pool.make_connection(), SSLConnection)


def test_redis_is_tried_again_after_the_pause(settings, silent_server: str) -> None:
    settings.CACHES = settings.CACHES | {"copies": database_settings.redis_cache(silent_server)}
    copies.get("key")
    assert redis_connections.pause.is_on()
    redis_connections.pause.end()

    copies.get("key")

    assert redis_connections.pause.is_on()
