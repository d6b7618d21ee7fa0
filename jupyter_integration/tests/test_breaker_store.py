"""State of the breaker in Django's cache, shared by processes."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from jupyter_integration import conf
from jupyter_integration.breaker_store import CacheStore
from jupyter_integration.hub.breaker import StoreUnavailable
from jupyter_integration.hub.errors import HubCircuitOpen, HubUnavailable
from jupyter_integration.testing.at_once import at_once

TTL = timedelta(minutes=1)


@contextmanager
def redis_away(settings) -> Iterator[None]:
    settings.CACHES = settings.CACHES | {
        "copies": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2},
        }
    }
    yield


@contextmanager
def database_away(settings) -> Iterator[None]:
    settings.CACHES = settings.CACHES | {
        "copies": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "portal_cache",
        }
    }

    def fail(*_arguments: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.parametrize("away", [redis_away, database_away])
class TestCacheAway:
    def test_calls_pass_while_the_cache_is_unavailable(self, db, fake_hub, settings, away) -> None:
        fake_hub.add_user("sara")
        hub = conf.hub_client()
        with away(settings):
            assert not hub.is_blocked
            assert hub.get_user("sara").name == "sara"
            fake_hub.down()
            for _ in range(4):
                with pytest.raises(HubUnavailable) as failed:
                    hub.stop_server("sara")
                assert not isinstance(failed.value, HubCircuitOpen)

    def test_unavailable_cache_raises_store_unavailable(self, db, settings, away) -> None:
        with away(settings), pytest.raises(StoreUnavailable):
            CacheStore().add("hub:failure:1", True, TTL)


class TestStore:
    def test_store_reads_back_its_values(self, db: None) -> None:
        store = CacheStore()
        store.set("hub:breaker-state", "open", TTL)

        assert store.get_many(["hub:breaker-state", "hub:other"]) == {"hub:breaker-state": "open"}
        store.delete_many(["hub:breaker-state", "hub:other"])
        assert store.get_many(["hub:breaker-state"]) == {}

    @pytest.mark.django_db(transaction=True)
    def test_one_of_many_concurrent_adds_succeeds(self) -> None:
        store = CacheStore()

        for number in range(10):
            key = f"hub:probe:{number}"
            added = at_once(lambda key: store.add(key, True, TTL), [key] * 12)
            assert added.count(True) == 1

    @pytest.mark.django_db(transaction=True)
    def test_store_leaves_database_connection_as_found(self) -> None:
        """Else a hundred starts that wait for the Hub would hold a hundred connections."""
        connection.close()
        store = CacheStore()
        store.set("hub:breaker-state", "open", TTL)
        store.add("hub:failure:1", True, TTL)
        store.get_many(["hub:breaker-state"])
        assert connection.connection is None

        connection.ensure_connection()
        store.get_many(["hub:breaker-state"])
        assert connection.connection is not None


PROCESS = """
import json, sys, time
from datetime import timedelta
from django.conf import settings
api_url, open_for, options = json.loads(sys.argv[1])
settings.configure(**options)
from jupyter_integration.breaker_store import CacheStore
from jupyter_integration.hub.breaker import CircuitBreaker
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubCircuitOpen, HubUnavailable
from jupyter_integration.hub.transport import HubTransport
breaker = CircuitBreaker(CacheStore(), open_for=timedelta(seconds=open_for))
hub = HubClient(HubTransport(api_url, "token-of-the-portal", breaker=breaker))
print("ready", flush=True)
for line in sys.stdin:
    time.sleep(max(0.0, float(line) - time.time()))
    try:
        hub.stop_server("sara")
    except HubCircuitOpen:
        print("refused", flush=True)
    except HubUnavailable:
        print("away", flush=True)
    else:
        print("answered", flush=True)
"""
OPEN_FOR = 2.0  # seconds


class Process:
    """Another process of the portal, which calls the Hub on command."""

    def __init__(self, api_url: str) -> None:
        database = {name: connection.settings_dict[name] for name in ("ENGINE", "OPTIONS")}
        for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT"):
            database[name] = str(connection.settings_dict[name])
        options = {
            "DATABASES": {"default": database},
            "CACHES": settings.CACHES,
            "USE_TZ": True,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, json.dumps([api_url, OPEN_FOR, options])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, *, at: float = 0.0) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{at}\n")
        self._process.stdin.flush()

    def outcome(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def end(self) -> None:
        self._process.communicate(timeout=30)


@pytest.mark.django_db(transaction=True)
def test_processes_share_count_and_probe(fake_hub) -> None:
    fake_hub.add_user("sara")
    fake_hub.down()
    with ExitStack() as stack:
        processes = [Process(fake_hub.api_url) for _ in range(4)]
        for process in processes:
            stack.callback(process.end)
        assert [process.outcome() for process in processes] == ["ready"] * 4

        def outcomes(*, at: float = 0.0) -> list[str]:
            for process in processes:
                process.call(at=at)
            return [process.outcome() for process in processes]

        for process in processes[:3]:
            process.call()
            assert process.outcome() == "away"
        opened_at = time.time()
        fake_hub.up()
        fake_hub.delay(0.5)  # so that the probe is under way while the others call
        assert outcomes() == ["refused"] * 4
        assert fake_hub.calls == []

        assert sorted(outcomes(at=opened_at + OPEN_FOR + 0.1)) == ["answered"] + ["refused"] * 3
        assert len(fake_hub.calls) == 1
        assert outcomes() == ["answered"] * 4
