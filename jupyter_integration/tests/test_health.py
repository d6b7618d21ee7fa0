"""Liveness and readiness: what makes them 503, and what is only told."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from celery import Celery, current_app
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from jupyter_integration.status import hub_availability
from jupyter_integration.tasks import check_hub_availability
from portal import heartbeats
from portal.tasks import beat_through_spawn_worker, beat_through_worker


@pytest.fixture
def database_is_away(db: None) -> Iterator[None]:
    def fail(*_arguments: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(fail):
        yield


def get(client: Client, path: str) -> tuple[int, dict[str, dict[str, str]]]:
    response = client.get(path)
    return response.status_code, response.json()["components"]


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_all_is_well_with_a_database_and_a_cache(client: Client, db: None, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert response.json()["components"]["database"] == {"status": "ok"}


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_without_a_database_it_is_unavailable(
    client: Client, database_is_away: None, path: str
) -> None:
    response = client.get(path)

    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    assert response.json()["components"]["database"]["status"] == "unavailable"


def test_a_database_without_its_newest_tables_is_not_ready_and_still_alive(
    client: Client, db: None
) -> None:
    newest = MigrationRecorder.Migration.objects.filter(app="jupyter_integration").last()
    assert newest is not None
    newest.delete()

    status, components = get(client, "/health/ready")

    assert (status, components["database"]) == (503, {"status": "migrations missing"})
    assert client.get("/health").status_code == 200


def test_the_graph_of_migrations_is_not_built_for_each_probe(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/health/ready")
    monkeypatch.delattr(MigrationLoader, "build_graph")

    assert client.get("/health/ready").status_code == 200


def test_without_a_cache_it_is_not_ready_and_still_alive(
    client: Client, db: None, settings
) -> None:
    settings.CACHES = {
        "default": settings.CACHES["default"]
        | {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2},
        }
    }

    status, components = get(client, "/health/ready")

    assert status == 503
    assert components["cache"]["status"] == "unavailable"
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_a_hub_that_is_down_is_told_and_never_makes_it_503(
    client: Client, fake_hub, db: None, path: str
) -> None:
    fake_hub.down()
    for _ in range(3):
        check_hub_availability()

    status, components = get(client, path)

    assert status == 200
    assert components["hub"]["status"] == "unreachable"


def test_a_hub_that_answers_is_told_with_the_moment(client: Client, fake_hub, db: None) -> None:
    before = timezone.now()
    check_hub_availability()

    _status, components = get(client, "/health")

    assert components["hub"]["status"] == "ok"
    as_of = parse_datetime(components["hub"]["as_of"])
    assert as_of is not None
    assert before <= as_of <= timezone.now()


def test_a_hub_that_comes_back_is_told_so(client: Client, fake_hub, db: None, settings) -> None:
    settings.HUB_ASKED_WHILE_AWAY_EVERY = 0.2
    fake_hub.down()
    for _ in range(3):
        check_hub_availability()
    fake_hub.up()
    check_hub_availability()

    assert get(client, "/health")[1]["hub"]["status"] == "ok"


def test_a_hub_that_refuses_our_token_is_not_well(client: Client, fake_hub, db, settings) -> None:
    settings.JUPYTERHUB_API_TOKEN = "another-token-than-the-hubs"
    check_hub_availability()

    assert get(client, "/health")[1]["hub"]["status"] == "unreachable"


def test_of_a_hub_that_nobody_looked_at_nothing_is_said(client: Client, db: None) -> None:
    assert get(client, "/health")[1]["hub"] == {"status": "unknown", "as_of": None}


def test_an_old_look_at_the_hub_is_not_believed_but_told(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = timezone.now() - timedelta(minutes=2)
    with monkeypatch.context() as past:
        past.setattr("jupyter_integration.status.hub_availability.timezone.now", lambda: long_ago)
        hub_availability.record_answer()

    hub = get(client, "/health")[1]["hub"]

    assert hub == {"status": "unknown", "as_of": long_ago.isoformat()}


def test_no_probe_asks_the_hub(client: Client, fake_hub, db: None) -> None:
    client.get("/health")
    client.get("/health/ready")

    assert fake_hub.calls == []


def test_parts_that_never_lived_are_silent_and_do_not_make_it_unready(
    client: Client, db: None
) -> None:
    status, components = get(client, "/health/ready")

    assert status == 200
    for part in ("worker", "spawn_worker", "beat"):
        assert components[part] == {"status": "silent", "as_of": None}


def test_what_beat_sends_to_each_queue_shows_that_beat_and_the_worker_live(
    client: Client, db: None
) -> None:
    beat_through_worker()
    components = get(client, "/health/ready")[1]
    assert components["worker"]["status"] == components["beat"]["status"] == "ok"
    assert components["spawn_worker"]["status"] == "silent"

    beat_through_spawn_worker()
    assert get(client, "/health/ready")[1]["spawn_worker"]["status"] == "ok"


def test_a_part_that_fell_silent_is_told_with_its_last_sign_of_life(
    client: Client, db: None
) -> None:
    long_ago = timezone.now() - timedelta(minutes=5)
    cache.set("heartbeat:worker", long_ago)

    assert get(client, "/health/ready")[1]["worker"] == {
        "status": "silent",
        "as_of": long_ago.isoformat(),
    }


def test_beat_asks_each_queue_for_a_sign_of_life_and_looks_at_the_hub(settings) -> None:
    entries = {entry["task"]: entry for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    current_app.loader.import_default_modules()

    assert entries["portal.beat_through_worker"]["schedule"] <= 20
    assert entries["starts.beat_through_spawn_worker"]["schedule"] <= 20
    assert entries["server.check_hub"]["schedule"] <= 20
    assert set(entries) <= set(current_app.tasks)
    assert settings.CELERY_TASK_ROUTES == {"starts.*": {"queue": "starts"}}


def test_what_beat_sends_does_not_pile_up_while_no_worker_lives(settings) -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["options"]["expires"] <= entry["schedule"]


def test_a_worker_that_becomes_ready_gives_a_sign_of_life_at_once(client: Client, db: None) -> None:
    app = Celery(set_as_current=False)
    app.amqp.queues.select(["starts"])

    heartbeats.record_worker(sender=SimpleNamespace(app=app))

    assert set(heartbeats.last_heartbeats()) == {"spawn_worker"}


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_probes_need_no_session_and_are_not_cached(client: Client, db: None, path: str) -> None:
    response = client.get(path)

    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


def test_probes_come_without_tls(client: Client, db: None, settings) -> None:
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/health").status_code == 200
    assert client.get("/health/ready").status_code == 200
    assert client.get("/").status_code == 301
