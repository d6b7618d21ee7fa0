"""Enqueueing of tasks: after the commit, and without waiting for the broker."""

import time

import pytest
from celery import current_app
from django.db import transaction

from jupyter_integration.models import SpawnRequest
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.tasks import stop_server
from jupyter_integration.testing.broken_broker import (
    DISK_IS_GONE,
    REDIS_IS_DOWN,
    broken_broker,
)
from portal import enqueue
from portal.enqueue import enqueue_on_commit

each_broken_broker = pytest.mark.parametrize(
    "broker", [REDIS_IS_DOWN, DISK_IS_GONE], ids=["redis", "files"]
)


@pytest.mark.django_db(transaction=True)
class TestEnqueueOnCommit:
    def test_task_is_sent_after_the_commit(self, workers) -> None:
        with transaction.atomic():
            enqueue_on_commit(stop_server, 1)
            assert workers.sent == []

        assert workers.sent == [("server.stop_server", (1,))]

    def test_rollback_sends_no_task(self, workers) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            enqueue_on_commit(stop_server, 1)
            raise ZeroDivisionError

        assert workers.sent == []

    def test_task_outside_transaction_is_sent_at_once(self, workers) -> None:
        enqueue_on_commit(stop_server, 1)

        assert workers.sent == [("server.stop_server", (1,))]

    @each_broken_broker
    def test_unavailable_broker_is_logged_without_waiting(
        self, broker, caplog: pytest.LogCaptureFixture
    ) -> None:
        before = time.monotonic()
        with broken_broker(broker):
            for _time in range(5):
                enqueue_on_commit(stop_server, 1)

        assert time.monotonic() - before < 1
        assert "server.stop_server" in caplog.text

    def test_failed_broker_is_left_alone_for_a_while(self, workers) -> None:
        with broken_broker(REDIS_IS_DOWN):
            enqueue_on_commit(stop_server, 1)
        enqueue_on_commit(stop_server, 2)
        enqueue.pause.end()
        enqueue_on_commit(stop_server, 3)

        assert workers.sent == [("server.stop_server", (3,))]

    @each_broken_broker
    def test_spawn_request_survives_unavailable_broker(self, broker, sara) -> None:
        with broken_broker(broker):
            request = request_spawn(user=sara)

        assert SpawnRequest.objects.get(pk=request.pk).state == SpawnRequest.State.QUEUED


def test_tasks_carry_at_most_one_id() -> None:
    """The rows are the truth (ADR 1): data in a message would be as old as the message."""
    current_app.loader.import_default_modules()
    ours = [
        task
        for name, task in current_app.tasks.items()
        if name.startswith(("server.", "starts.", "mail.", "portal."))
    ]

    assert len(ours) >= 10
    for task in ours:
        parameters = {
            name: kind for name, kind in task.run.__annotations__.items() if name != "return"
        }
        assert len(parameters) <= 1
        assert all(kind in (int, str) for kind in parameters.values())
        assert all(name.endswith(("_id", "_username")) for name in parameters)
