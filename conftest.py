"""Fixtures of all tests: the cast, a fake Hub and workers."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from django.core.cache import cache, caches
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from accounts.models import User
from jupyter_integration import conf
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing.fake_hub import FakeHub
from jupyter_integration.testing.workers import Workers
from portal import enqueue, redis_connections
from portal.caches import copies
from portal.limits import rates

pytest_plugins = ["tests.running_system", "tests.side_by_side", "tests.browser.chromium"]


@pytest.fixture(autouse=True)
def periods_begin_with_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin the periods of rate limits now, so that no minute turns between two requests."""
    monkeypatch.setattr(rates, "EPOCH", timezone.now())


@pytest.fixture
def sara(db: None) -> User:
    """A student."""
    return User.objects.create_user("sara", "sara@example.ir", "sara-s-password")


@pytest.fixture
def omid(db: None) -> User:
    """A lecturer."""
    return User.objects.create_user("omid", "omid@example.ir", "omid-s-password")


@pytest.fixture
def nasrin(db: None) -> User:
    """A member of staff with all permissions."""
    return User.objects.create_superuser("nasrin", "nasrin@example.ir", "nasrin-s-password")


@pytest.fixture
def fake_hub(settings: Settings) -> Iterator[FakeHub]:
    """A running FakeHub that the settings name."""
    with FakeHub(token="token-of-the-portal", webhook_secret=settings.WEBHOOK_SECRETS[0]) as hub:
        settings.JUPYTERHUB_API_URL = hub.api_url
        settings.JUPYTERHUB_API_TOKEN = hub.token
        settings.HUB_PROXY_URL = hub.proxy_url
        yield hub


@pytest.fixture
def hub(fake_hub: FakeHub) -> Iterator[HubClient]:
    transport = HubTransport(
        fake_hub.api_url,
        fake_hub.token,
        read_timeout=5.0,
        backoff=0.01,
        breaker=conf.hub_breaker(),
    )
    client = HubClient(transport)
    yield client
    client.close()


@pytest.fixture
def lab(fake_hub: FakeHub) -> LabProbe:
    return LabProbe(fake_hub.proxy_url)


@pytest.fixture
def workers(request: pytest.FixtureRequest) -> Iterator[Workers]:
    """Broker and workers.

    A test inside a transaction (most tests) acts within `workers.committing()`; tasks that are sent
    on commit are sent at its end.
    """
    if _is_transactional(request):
        workers = Workers(nullcontext)
    else:
        capture = request.getfixturevalue("django_capture_on_commit_callbacks")
        workers = Workers(lambda: capture(execute=True))
    with workers.listening():
        yield workers


@pytest.fixture(autouse=True)
def empty_cache(
    request: pytest.FixtureRequest, settings: Settings, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Empty the caches if no rollback does it, and end pauses after failures.

    Redis keeps its entries after each test and each run; the cache table keeps those of tests that
    commit.
    """
    caches["process"].clear()
    redis_connections.pause.end()
    enqueue.pause.end()
    if settings.REDIS_URL:
        copies.clear()
    yield
    if _is_transactional(request):
        with django_db_blocker.unblock():
            cache.clear()


def _is_transactional(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return "transactional_db" in request.fixturenames or bool(
        marker and marker.kwargs.get("transaction")
    )
