"""Asking for a start: however often one presses, it is one row, and the Hub hears nothing of it."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.tests.scenes import start

State = SpawnRequest.State


def test_a_press_is_a_row_and_a_wake_up(sara, workers) -> None:
    with workers.committing():
        request = request_spawn(user=sara, next_path="/user/sara/lab/tree/a.ipynb")

    assert request.state == State.QUEUED
    assert request.next_path == "/user/sara/lab/tree/a.ipynb"
    assert workers.sent == [("starts.process_queue", ())]


def test_pressed_twice_it_is_one_start_and_one_wake_up(sara, workers) -> None:
    with workers.committing():
        first = request_spawn(user=sara)
        second = request_spawn(user=sara)

    assert first.pk == second.pk
    assert workers.count("starts.process_queue") == 1


@pytest.mark.parametrize("state", SpawnRequest.OPEN_STATES)
def test_while_one_is_under_way_another_is_that_one(sara, state) -> None:
    first = start(sara, state)

    assert request_spawn(user=sara).pk == first.pk


@pytest.mark.parametrize("state", [State.READY, State.FAILED, State.CANCELLED])
def test_after_one_that_ended_another_is_a_new_one(sara, state) -> None:
    first = start(sara, state)

    assert request_spawn(user=sara).pk != first.pk


def test_after_one_that_is_being_cancelled_another_is_a_new_one(sara) -> None:
    first = start(sara, State.STARTING, cancel_requested_at=timezone.now())

    assert request_spawn(user=sara).pk != first.pk


def test_the_second_press_may_say_where_to_go(sara) -> None:
    first = request_spawn(user=sara)
    request_spawn(user=sara, next_path="/user/sara/lab/tree/b.ipynb")
    request_spawn(user=sara)

    first.refresh_from_db()
    assert first.next_path == "/user/sara/lab/tree/b.ipynb"


def test_two_people_have_a_start_each(sara, omid) -> None:
    assert request_spawn(user=sara).pk != request_spawn(user=omid).pk


def test_the_database_itself_refuses_a_second_open_start(sara) -> None:
    start(sara, State.QUEUED)

    with pytest.raises(IntegrityError):
        start(sara, State.STARTING)


@pytest.mark.django_db(transaction=True)
def test_pressed_in_many_tabs_at_once_it_is_one_start(sara, workers) -> None:
    requests = at_once(lambda _tab: request_spawn(user=sara).pk, range(8))

    assert len(set(requests)) == 1
    assert SpawnRequest.objects.count() == 1
    assert workers.count("starts.process_queue") == 1


@pytest.mark.django_db(transaction=True)
def test_of_an_account_that_is_deleted_meanwhile_it_ends_in_an_error_and_no_loop(sara) -> None:
    User.objects.filter(pk=sara.pk).delete()

    with pytest.raises(IntegrityError):
        request_spawn(user=sara)
