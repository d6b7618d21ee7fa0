"""Portal without its cache: it shows less, and no request is lost."""

import pytest
from django.test import Client

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.status.queries import server_status
from jupyter_integration.testing.fake_hub import Spawn
from jupyter_integration.tests.pages import DASHBOARD, START, STOP
from jupyter_integration.work.find_stalled import find_stalled

State = SpawnRequest.State


@pytest.fixture(autouse=True)
def no_cache(settings) -> None:
    """A Redis address at which no server listens."""
    away = {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2},
    }
    settings.CACHES = settings.CACHES | {"copies": away}
    settings.CACHES_ROWS = True  # as on each host with Redis


def test_pages_and_sessions_work(browser: Client) -> None:
    assert browser.get(DASHBOARD).status_code == 200
    assert browser.get("/accounts/profile/").status_code == 200


def test_clicks_are_stored(browser: Client) -> None:
    browser.post(START)
    assert SpawnRequest.objects.get().state == State.QUEUED

    browser.post(STOP)
    assert SpawnRequest.objects.get().state == State.CANCELLED


def test_start_runs_and_the_page_shows_stale(
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


def test_stalled_work_is_still_searched(sara: User) -> None:
    assert find_stalled().starts == 0
