"""Handing work to the workers: after the commit, and never at a visitor's cost."""

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
from portal.enqueue import enqueue_on_commit

BROKEN = pytest.mark.parametrize("broker", [REDIS_IS_DOWN, DISK_IS_GONE], ids=["redis", "files"])


@pytest.mark.django_db(transaction=True)
class TestWakingOnCommit:
    def test_nothing_is_sent_before_the_transaction_commits(self, workers) -> None:
        with transaction.atomic():
            enqueue_on_commit(stop_server, 1)
            assert workers.sent == []

        assert workers.sent == [("server.stop_server", (1,))]

    def test_nothing_is_sent_for_what_is_rolled_back(self, workers) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            enqueue_on_commit(stop_server, 1)
            raise ZeroDivisionError

        assert workers.sent == []

    def test_outside_of_a_transaction_it_is_sent_at_once(self, workers) -> None:
        enqueue_on_commit(stop_server, 1)

        assert workers.sent == [("server.stop_server", (1,))]

    @BROKEN
    def test_a_broker_that_is_down_is_a_line_in_the_log_and_nothing_else(
        self, broker, caplog: pytest.LogCaptureFixture
    ) -> None:
        with broken_broker(broker):
            enqueue_on_commit(stop_server, 1)

        assert "server.stop_server" in caplog.text

    @BROKEN
    def test_nobody_waits_for_a_broker_that_is_down(self, broker) -> None:
        before = time.monotonic()
        with broken_broker(broker):
            for _time in range(5):
                enqueue_on_commit(stop_server, 1)

        assert time.monotonic() - before < 1

    @BROKEN
    def test_what_was_asked_for_survives_a_broker_that_is_down(self, broker, sara) -> None:
        with broken_broker(broker):
            request = request_spawn(user=sara)

        assert SpawnRequest.objects.get(pk=request.pk).state == SpawnRequest.State.QUEUED


def test_all_tasks_carry_at_most_one_id() -> None:
    """Rows are the truth: what a task carried would be as old as the message."""
    current_app.loader.import_default_modules()
    ours = [
        task
        for name, task in current_app.tasks.items()
        if name.startswith(("server.", "starts.", "accounts.", "portal."))
    ]

    assert len(ours) >= 10
    for task in ours:
        parameters = {
            name: kind for name, kind in task.run.__annotations__.items() if name != "return"
        }
        assert len(parameters) <= 1
        assert all(kind in (int, str) for kind in parameters.values())
        assert all(name.endswith(("_id", "_username")) for name in parameters)


def test_no_task_repeats_itself_or_keeps_a_result(settings) -> None:
    assert settings.CELERY_TASK_IGNORE_RESULT
    assert not settings.CELERY_TASK_PUBLISH_RETRY
