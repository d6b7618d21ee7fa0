"""Settings' side of the Hub: client, circuit breaker, Lab probe and lease keeper of a process."""

from datetime import timedelta
from functools import cache

from django.conf import settings

from jupyter_integration.breaker_store import CacheStore
from jupyter_integration.hub.breaker import CircuitBreaker
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.work.leases import LeaseKeeper


def hub_client() -> HubClient:
    """Return the Hub client of this process; all threads share one connection pool."""
    return _hub_client(
        settings.JUPYTERHUB_API_URL,
        settings.JUPYTERHUB_API_TOKEN,
        settings.HUB_CONNECT_TIMEOUT,
        settings.HUB_READ_TIMEOUT,
        # A start holds one connection for its progress and one for its other calls.
        2 * settings.SPAWN_SLOTS,
        hub_breaker(),
    )


def hub_breaker() -> CircuitBreaker:
    """Return the circuit breaker of all calls to the Hub; its state is in the cache."""
    return _hub_breaker(settings.HUB_AWAY_AFTER_FAILURES, settings.HUB_ASKED_WHILE_AWAY_EVERY)


def webhook_secrets() -> list[str]:
    """Return the secrets that the Hub shares; the first one signs."""
    secrets: list[str] = settings.WEBHOOK_SECRETS
    return secrets


def lab_probe() -> LabProbe:
    """Return the probe of users' servers."""
    return LabProbe(settings.HUB_PROXY_URL)


@cache
def lease_keeper() -> LeaseKeeper:
    """Return the keeper of this process's leases."""
    return LeaseKeeper()


# The cache key is the settings, so changed settings give a new client.
@cache
def _hub_client(
    api_url: str,
    token: str,
    connect_timeout: float,
    read_timeout: float,
    pool_maxsize: int,
    breaker: CircuitBreaker,
) -> HubClient:
    return HubClient(
        HubTransport(
            api_url,
            token,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            pool_maxsize=pool_maxsize,
            breaker=breaker,
        )
    )


@cache
def _hub_breaker(failures: int, open_for: float) -> CircuitBreaker:
    return CircuitBreaker(CacheStore(), failures=failures, open_for=timedelta(seconds=open_for))
