"""Without its cache the portal knows less, and nothing that was asked for is lost."""

import pytest
from django.test import Client

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.status.queries import server_status
from jupyter_integration.testing.fake_hub import Spawn
from jupyter_integration.tests.pages import DASHBOARD, START, STOP
from jupyter_integration.tests.scenes import provision
from jupyter_integration.work.find_stalled import find_stalled

State = SpawnRequest.State


@pytest.fixture(autouse=True)
def cache_is_away(settings) -> None:
    """A Redis at whose address nobody answers."""
    away = {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2},
    }
    settings.CACHES = settings.CACHES | {"default": away}
    settings.CACHES_ROWS = True  # as wherever there is a Redis


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    client.force_login(provision(sara))
    return client


def test_pages_are_shown_and_sessions_live_on(browser: Client) -> None:
    assert browser.get(DASHBOARD).status_code == 200
    assert browser.get("/accounts/profile/").status_code == 200


def test_presses_are_kept(browser: Client) -> None:
    browser.post(START)
    assert SpawnRequest.objects.get().state == State.QUEUED

    browser.post(STOP)
    assert SpawnRequest.objects.get().state == State.CANCELLED


def test_a_start_goes_its_way_and_the_page_says_that_it_cannot_see_it(
    browser: Client, sara: User, fake_hub, workers
) -> None:
    fake_hub.script_all(Spawn(seconds=0.05))
    fake_hub.add_user("sara")
    with workers.committing():
        browser.post(START)
    workers.work_off()

    assert SpawnRequest.objects.get().state == State.READY
    assert fake_hub.phase("sara") == "ready"
    status = server_status(sara)
    assert status.stale
    assert not status.checking


def test_the_sweep_goes_on(sara: User) -> None:
    assert find_stalled().starts == 0
