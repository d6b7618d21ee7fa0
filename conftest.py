"""The cast of the tests, and the Hub that they talk to."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from accounts.models import User
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing.fake_hub import FakeHub


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
    """Of the staff: may do everything in the admin."""
    return User.objects.create_superuser("nasrin", "nasrin@example.ir", "nasrin-s-password")


@pytest.fixture
def fake_hub(settings) -> Iterator[FakeHub]:
    """A Hub of FakeHub's kind, to which the settings lead."""
    with FakeHub(token="token-of-the-portal") as hub:
        settings.JUPYTERHUB_API_URL = hub.api_url
        settings.JUPYTERHUB_API_TOKEN = hub.token
        settings.HUB_PROXY_URL = hub.proxy_url
        yield hub


@pytest.fixture
def hub(fake_hub: FakeHub) -> Iterator[HubClient]:
    transport = HubTransport(fake_hub.api_url, fake_hub.token, read_timeout=5.0, backoff=0.01)
    client = HubClient(transport)
    yield client
    client.close()


@pytest.fixture
def lab(fake_hub: FakeHub) -> LabProbe:
    return LabProbe(fake_hub.proxy_url)


@pytest.fixture(autouse=True)
def empty_cache(request: pytest.FixtureRequest, settings) -> Iterator[None]:
    """Where the cache is Redis, it outlives a test's transaction."""
    yield
    if settings.REDIS_URL:
        cache.clear()
