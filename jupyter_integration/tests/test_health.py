"""Health checks: what makes them 503, and what they only show."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from celery import Celery, current_app
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from jupyter_integration.status import hub_availability
from jupyter_integration.tasks import check_hub_availability
from portal import heartbeats
from portal.caches import copies
from portal.tasks import beat_through_spawn_worker, beat_through_worker

pytestmark = pytest.mark.django_db

each_check = pytest.mark.parametrize("path", ["/health", "/health/ready"])


@pytest.fixture
def database_is_unavailable() -> Iterator[None]:
    def fail(*_arguments: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(fail):
        yield


def get(client: Client, path: str) -> tuple[int, dict[str, dict[str, str]]]:
    response = client.get(path)
    return response.status_code, response.json()["components"]


def hub_component(client: Client) -> dict[str, str]:
    return get(client, "/health")[1]["hub"]


@each_check
def test_working_database_and_cache_are_healthy(client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert response.json()["components"]["database"] == {"status": "ok"}
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


@each_check
def test_unavailable_database_is_503(
    client: Client, database_is_unavailable: None, path: str
) -> None:
    response = client.get(path)

    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    assert response.json()["components"]["database"]["status"] == "unavailable"


def test_missing_migration_is_alive_but_not_ready(client: Client) -> None:
    newest = MigrationRecorder.Migration.objects.filter(app="jupyter_integration").last()
    assert newest is not None
    newest.delete()

    status, components = get(client, "/health/ready")

    assert (status, components["database"]) == (503, {"status": "migrations missing"})
    assert client.get("/health").status_code == 200


def test_migration_graph_is_loaded_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get("/health/ready")
    monkeypatch.delattr(MigrationLoader, "build_graph")

    assert client.get("/health/ready").status_code == 200


def test_unavailable_cache_is_alive_but_not_ready(client: Client, settings) -> None:
    settings.CACHES = settings.CACHES | {
        "copies": settings.CACHES["copies"]
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


@each_check
def test_unavailable_hub_is_shown_without_503(client: Client, fake_hub, path: str) -> None:
    fake_hub.down()
    for _ in range(3):
        check_hub_availability()

    status, components = get(client, path)

    assert status == 200
    assert components["hub"]["status"] == "unreachable"


def test_returning_hub_is_shown_with_check_time(client: Client, fake_hub, settings) -> None:
    settings.HUB_ASKED_WHILE_AWAY_EVERY = 0.2
    fake_hub.down()
    for _ in range(3):
        check_hub_availability()
    fake_hub.up()
    before = timezone.now()
    check_hub_availability()

    hub = hub_component(client)

    assert hub["status"] == "ok"
    as_of = parse_datetime(hub["as_of"])
    assert as_of is not None
    assert before <= as_of <= timezone.now()


def test_hub_that_refuses_token_is_unreachable(client: Client, fake_hub, settings) -> None:
    settings.JUPYTERHUB_API_TOKEN = "another-token-than-the-hubs"
    check_hub_availability()

    assert hub_component(client)["status"] == "unreachable"


def test_old_hub_check_is_shown_as_unknown(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub_component(client) == {"status": "unknown", "as_of": None}

    long_ago = timezone.now() - timedelta(minutes=2)
    with monkeypatch.context() as past:
        past.setattr("jupyter_integration.status.hub_availability.timezone.now", lambda: long_ago)
        hub_availability.record_answer()

    assert hub_component(client) == {"status": "unknown", "as_of": long_ago.isoformat()}


def test_health_checks_never_call_the_hub(client: Client, fake_hub) -> None:
    client.get("/health")
    client.get("/health/ready")

    assert fake_hub.calls == []


def test_heartbeat_tasks_prove_beat_and_workers(client: Client) -> None:
    status, components = get(client, "/health/ready")
    assert status == 200
    for part in heartbeats.PARTS:
        assert components[part] == {"status": "silent", "as_of": None}

    beat_through_worker()
    components = get(client, "/health/ready")[1]
    assert components["worker"]["status"] == components["beat"]["status"] == "ok"
    assert components["spawn_worker"]["status"] == "silent"

    beat_through_spawn_worker()
    assert get(client, "/health/ready")[1]["spawn_worker"]["status"] == "ok"


def test_silent_part_is_shown_with_last_heartbeat(client: Client) -> None:
    long_ago = timezone.now() - timedelta(minutes=5)
    copies.set("heartbeat:worker", long_ago)

    assert get(client, "/health/ready")[1]["worker"] == {
        "status": "silent",
        "as_of": long_ago.isoformat(),
    }


def test_beat_schedules_heartbeats_checks_and_mail(settings) -> None:
    entries = {entry["task"]: entry for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    current_app.loader.import_default_modules()

    for task in ("portal.beat_through_worker", "starts.beat_through_spawn_worker"):
        assert 3 * entries[task]["schedule"] < heartbeats.HEARTBEAT_TIMEOUT
    assert entries["server.check_hub"]["schedule"] <= timedelta(seconds=20)
    assert entries["mail.deliver_waiting"]["schedule"] <= timedelta(minutes=1)
    assert set(entries) <= set(current_app.tasks)
    assert settings.CELERY_TASK_ROUTES == {"starts.*": {"queue": "starts"}}


def test_scheduled_tasks_expire_before_the_next(settings) -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["options"]["expires"] <= entry["schedule"].total_seconds()


def test_ready_worker_records_a_heartbeat() -> None:
    app = Celery(set_as_current=False)
    app.amqp.queues.select(["starts"])

    heartbeats.record_ready_worker(sender=SimpleNamespace(app=app))

    assert set(heartbeats.last_heartbeats()) == {"spawn_worker"}
