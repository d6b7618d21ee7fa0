"""Requests for a start: one row however often one clicks, and no call to the Hub."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.tests.scenes import start

State = SpawnRequest.State


def test_request_stores_a_row_and_wakes_a_worker(sara, workers) -> None:
    with workers.committing():
        request = request_spawn(user=sara, next_path="/user/sara/lab/tree/a.ipynb")

    assert request.state == State.QUEUED
    assert request.next_path == "/user/sara/lab/tree/a.ipynb"
    assert workers.sent == [("starts.process_queue", ())]


@pytest.mark.parametrize("state", SpawnRequest.OPEN_STATES)
def test_second_pending_request_is_the_first(sara, state) -> None:
    first = start(sara, state)

    assert request_spawn(user=sara).pk == first.pk


@pytest.mark.parametrize("state", [State.READY, State.FAILED, State.CANCELLED])
def test_request_after_the_end_is_a_new_start(sara, state) -> None:
    first = start(sara, state)

    assert request_spawn(user=sara).pk != first.pk


def test_request_during_a_cancel_is_a_new_start(sara) -> None:
    first = start(sara, State.STARTING, cancel_requested_at=timezone.now())

    assert request_spawn(user=sara).pk != first.pk


def test_second_request_may_set_the_next_path(sara) -> None:
    first = request_spawn(user=sara)
    request_spawn(user=sara, next_path="/user/sara/lab/tree/b.ipynb")
    request_spawn(user=sara)

    first.refresh_from_db()
    assert first.next_path == "/user/sara/lab/tree/b.ipynb"


def test_database_refuses_a_second_open_start(sara) -> None:
    start(sara, State.QUEUED)

    with pytest.raises(IntegrityError):
        start(sara, State.STARTING)


@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_are_one_start(sara, workers) -> None:
    requests = at_once(lambda _tab: request_spawn(user=sara).pk, range(8))

    assert len(set(requests)) == 1
    assert SpawnRequest.objects.count() == 1
    assert workers.count("starts.process_queue") == 1


@pytest.mark.django_db(transaction=True)
def test_request_of_a_deleted_account_raises(sara) -> None:
    User.objects.filter(pk=sara.pk).delete()

    with pytest.raises(IntegrityError):
        request_spawn(user=sara)
