"""Asking for a start, a cancel or a stop: what the rows say, without a word to the Hub."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.services.leases import LeaseLostError, claim
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.services.request_stop import request_cancel, request_stop
from jupyter_integration.services.run_spawn import run_spawn
from jupyter_integration.services.run_stop import run_cancel, run_stop
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.fake_hub import Spawn

State = SpawnRequest.State


def with_state(user: User, state: State, **more: object) -> SpawnRequest:
    finished_at = None if state in SpawnRequest.OPEN_STATES else timezone.now()
    return SpawnRequest.objects.create(user=user, state=state, finished_at=finished_at, **more)


class TestStart:
    def test_a_press_is_a_row_and_a_wake_up(self, sara, workers) -> None:
        with workers.committing():
            request = request_spawn(user=sara, next_path="/user/sara/lab/tree/a.ipynb")

        assert request.state == State.QUEUED
        assert request.next_path == "/user/sara/lab/tree/a.ipynb"
        assert workers.sent == [("starts.start_server", (request.pk,))]

    def test_pressed_twice_it_is_one_start_and_one_wake_up(self, sara, workers) -> None:
        with workers.committing():
            first = request_spawn(user=sara)
            second = request_spawn(user=sara)

        assert first.pk == second.pk
        assert workers.count("starts.start_server") == 1

    @pytest.mark.parametrize("state", SpawnRequest.OPEN_STATES)
    def test_while_one_is_under_way_another_is_that_one(self, sara, state) -> None:
        first = with_state(sara, state)

        assert request_spawn(user=sara).pk == first.pk

    @pytest.mark.parametrize("state", [State.READY, State.FAILED, State.CANCELLED])
    def test_after_one_that_ended_another_is_a_new_one(self, sara, state) -> None:
        first = with_state(sara, state)

        assert request_spawn(user=sara).pk != first.pk

    def test_after_one_that_is_being_cancelled_another_is_a_new_one(self, sara) -> None:
        first = with_state(sara, State.STARTING, cancel_requested_at=timezone.now())

        assert request_spawn(user=sara).pk != first.pk

    def test_the_second_press_may_say_where_to_go(self, sara) -> None:
        first = request_spawn(user=sara)
        request_spawn(user=sara, next_path="/user/sara/lab/tree/b.ipynb")
        request_spawn(user=sara)

        first.refresh_from_db()
        assert first.next_path == "/user/sara/lab/tree/b.ipynb"

    def test_two_people_have_a_start_each(self, sara, omid) -> None:
        assert request_spawn(user=sara).pk != request_spawn(user=omid).pk

    def test_the_database_itself_refuses_a_second_open_start(self, sara) -> None:
        with_state(sara, State.QUEUED)

        with pytest.raises(IntegrityError):
            with_state(sara, State.STARTING)

    @pytest.mark.django_db(transaction=True)
    def test_pressed_in_many_tabs_at_once_it_is_one_start(self, sara, workers) -> None:
        requests = at_once(lambda _tab: request_spawn(user=sara).pk, range(8))

        assert len(set(requests)) == 1
        assert SpawnRequest.objects.count() == 1
        assert workers.count("starts.start_server") == 1

    @pytest.mark.django_db(transaction=True)
    def test_of_an_account_that_is_deleted_meanwhile_it_ends_in_an_error_and_no_loop(
        self, sara
    ) -> None:
        User.objects.filter(pk=sara.pk).delete()

        with pytest.raises(IntegrityError):
            request_spawn(user=sara)


class TestCancel:
    def test_in_line_it_ends_at_once_without_the_hub(self, fake_hub, sara, workers) -> None:
        request = request_spawn(user=sara)

        with workers.committing():
            assert request_cancel(user=sara)
        workers.work_off()

        request.refresh_from_db()
        assert request.state == State.CANCELLED
        assert request.finished_at is not None
        assert fake_hub.calls == []

    def test_while_a_worker_has_it_the_worker_is_told(self, sara, workers) -> None:
        request = request_spawn(user=sara)
        assert claim(SpawnRequest.objects.all(), request.pk)

        with workers.committing():
            assert request_cancel(user=sara)

        request.refresh_from_db()
        assert request.state == State.QUEUED
        assert request.cancel_requested_at is not None
        assert workers.sent == [("server.cancel_start", (request.pk,))]

    def test_put_back_into_line_after_a_post_it_is_ended_on_the_hub(
        self, fake_hub, hub, sara, workers
    ) -> None:
        fake_hub.add_user("sara")
        fake_hub.script("sara", Spawn(seconds=30))
        hub.start_server("sara")
        request = with_state(sara, State.QUEUED, posted_at=timezone.now())

        with workers.committing():
            assert request_cancel(user=sara)
        workers.work_off()

        request.refresh_from_db()
        assert request.state == State.CANCELLED
        assert fake_hub.phase("sara") == "stopped"

    @pytest.mark.parametrize("state", [State.READY, State.FAILED, State.CANCELLED])
    def test_of_one_that_ended_there_is_nothing_to_cancel(self, sara, workers, state) -> None:
        request = with_state(sara, state)

        with workers.committing():
            assert not request_cancel(user=sara)

        request.refresh_from_db()
        assert request.state == state
        assert workers.sent == []

    def test_a_second_time_there_is_nothing_to_cancel(self, sara) -> None:
        with_state(sara, State.STARTING, posted_at=timezone.now())

        assert request_cancel(user=sara)
        assert not request_cancel(user=sara)

    def test_of_another_persons_start_nothing_is_cancelled(self, sara, omid) -> None:
        request_spawn(user=sara)

        assert not request_cancel(user=omid)

    def test_while_the_hub_is_away_it_is_tried_again(self, fake_hub, hub, sara) -> None:
        fake_hub.add_user("sara")
        request = with_state(
            sara, State.QUEUED, posted_at=timezone.now(), cancel_requested_at=timezone.now()
        )
        fake_hub.down()
        run_cancel(hub=hub, request_id=request.pk)
        request.refresh_from_db()
        assert request.state == State.QUEUED

        fake_hub.up()
        run_cancel(hub=hub, request_id=request.pk)
        request.refresh_from_db()
        assert request.state == State.CANCELLED

    def test_of_somebody_without_a_hub_user_it_ends_as_well(self, fake_hub, hub, sara) -> None:
        request = with_state(sara, State.QUEUED, cancel_requested_at=timezone.now())

        run_cancel(hub=hub, request_id=request.pk)

        request.refresh_from_db()
        assert request.state == State.CANCELLED

    def test_woken_for_a_start_that_was_not_cancelled_it_does_nothing(
        self, fake_hub, hub, sara
    ) -> None:
        request = with_state(sara, State.STARTING)

        run_cancel(hub=hub, request_id=request.pk)

        assert fake_hub.calls == []

    @pytest.mark.django_db(transaction=True)
    def test_pressed_against_a_worker_at_once_exactly_one_of_both_wins(self, sara) -> None:
        for _round in range(5):
            request = request_spawn(user=sara)

            def act(who: str, request: SpawnRequest = request) -> object:
                if who == "user":
                    return request_cancel(user=sara)
                return claim(SpawnRequest.objects.wanted().due(), request.pk)

            cancelled, lease = at_once(act, ["user", "worker"])

            request.refresh_from_db()
            assert cancelled
            if lease is None:
                assert request.state == State.CANCELLED
            else:
                assert request.state == State.QUEUED
                assert request.cancel_requested_at is not None
            SpawnRequest.objects.all().delete()


class TestStop:
    def test_a_press_is_a_row_and_a_wake_up(self, sara, nasrin, workers) -> None:
        with workers.committing():
            request_stop(user=sara, requested_by=nasrin)

        stop = StopRequest.objects.get()
        assert (stop.user, stop.requested_by, stop.finished_at) == (sara, nasrin, None)
        assert workers.sent == [("server.stop_server", (stop.pk,))]

    def test_pressed_twice_it_is_one_stop(self, sara) -> None:
        request_stop(user=sara, requested_by=sara)
        request_stop(user=sara, requested_by=sara)

        assert StopRequest.objects.count() == 1

    def test_while_starting_it_takes_the_start_back(self, sara) -> None:
        request = with_state(sara, State.STARTING, posted_at=timezone.now())

        request_stop(user=sara, requested_by=sara)

        request.refresh_from_db()
        assert request.cancel_requested_at is not None
        assert not StopRequest.objects.exists()

    def test_the_server_stops(self, fake_hub, hub, sara) -> None:
        fake_hub.add_user("sara")
        fake_hub.start_behind_the_portal("sara")
        request_stop(user=sara, requested_by=sara)
        stop = StopRequest.objects.get()

        run_stop(hub=hub, stop_id=stop.pk)

        stop.refresh_from_db()
        assert stop.stopped
        assert stop.finished_at is not None
        assert fake_hub.phase("sara") == "stopped"

    @pytest.mark.parametrize("has_hub_user", [True, False])
    def test_when_nothing_runs_it_is_done_at_once(
        self, fake_hub, hub, sara, has_hub_user: bool
    ) -> None:
        if has_hub_user:
            fake_hub.add_user("sara")
        request_stop(user=sara, requested_by=sara)
        stop = StopRequest.objects.get()

        run_stop(hub=hub, stop_id=stop.pk)

        stop.refresh_from_db()
        assert stop.stopped

    def test_delivered_twice_it_stops_once(self, fake_hub, hub, sara) -> None:
        fake_hub.add_user("sara")
        request_stop(user=sara, requested_by=sara)
        stop = StopRequest.objects.get()
        run_stop(hub=hub, stop_id=stop.pk)
        before = len(fake_hub.calls)

        run_stop(hub=hub, stop_id=stop.pk)

        assert len(fake_hub.calls) == before

    def test_while_the_hub_is_away_it_waits_and_is_done_later(self, fake_hub, hub, sara) -> None:
        fake_hub.add_user("sara")
        fake_hub.start_behind_the_portal("sara")
        request_stop(user=sara, requested_by=sara)
        stop = StopRequest.objects.get()
        fake_hub.down()
        run_stop(hub=hub, stop_id=stop.pk)
        stop.refresh_from_db()
        assert stop.finished_at is None
        assert stop.not_before > timezone.now()

        fake_hub.up()
        run_stop(hub=hub, stop_id=stop.pk)  # not yet
        assert fake_hub.phase("sara") == "ready"
        StopRequest.objects.update(not_before=None)
        run_stop(hub=hub, stop_id=stop.pk)
        assert fake_hub.phase("sara") == "stopped"

    def test_after_the_deadline_it_is_given_up_and_does_not_say_stopped(
        self, fake_hub, hub, sara, settings
    ) -> None:
        settings.SPAWN_DEADLINE = 0
        request_stop(user=sara, requested_by=sara)
        fake_hub.down()
        stop = StopRequest.objects.get()

        run_stop(hub=hub, stop_id=stop.pk)

        stop.refresh_from_db()
        assert stop.finished_at is not None
        assert not stop.stopped

    def test_a_start_after_it_waits_until_the_server_has_stopped(
        self, fake_hub, hub, lab, sara
    ) -> None:
        fake_hub.add_user("sara")
        User.objects.update(hub_user_created_at=timezone.now())
        fake_hub.users["sara"].begin(Spawn(seconds=0, stop_seconds=0.5), {})
        hub.stop_server("sara")
        assert fake_hub.phase("sara") == "stop"
        request = request_spawn(user=sara)

        run_spawn(hub=hub, lab=lab, request_id=request.pk)

        request.refresh_from_db()
        assert request.state == State.READY
        assert fake_hub.phase("sara") == "ready"

    @pytest.mark.django_db(transaction=True)
    def test_pressed_in_many_tabs_at_once_it_is_one_stop(self, sara, workers) -> None:
        at_once(lambda _tab: request_stop(user=sara, requested_by=sara), range(8))

        assert StopRequest.objects.count() == 1
        assert workers.count("server.stop_server") == 1


class TestLease:
    @pytest.fixture
    def request_(self, sara) -> SpawnRequest:
        return request_spawn(user=sara)

    def test_a_row_that_somebody_has_is_not_free(self, request_) -> None:
        assert claim(SpawnRequest.objects.open(), request_.pk) is not None
        assert claim(SpawnRequest.objects.open(), request_.pk) is None

    def test_a_row_whose_worker_died_is_free_again(self, request_) -> None:
        claim(SpawnRequest.objects.open(), request_.pk)
        SpawnRequest.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))

        assert claim(SpawnRequest.objects.open(), request_.pk) is not None

    def test_a_row_that_has_to_wait_is_not_due(self, request_) -> None:
        SpawnRequest.objects.update(not_before=timezone.now() + timedelta(seconds=5))

        assert claim(SpawnRequest.objects.open().due(), request_.pk) is None

    def test_who_lost_the_lease_writes_nothing(self, request_) -> None:
        lease = claim(SpawnRequest.objects.open(), request_.pk)
        SpawnRequest.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
        claim(SpawnRequest.objects.open(), request_.pk)

        for write in (lease.renew, lease.give_back):
            with pytest.raises(LeaseLostError):
                write(progress=50)
        request_.refresh_from_db()
        assert request_.progress == 0

    @pytest.mark.django_db(transaction=True)
    def test_of_many_workers_one_gets_it(self, request_) -> None:
        leases = at_once(lambda _w: claim(SpawnRequest.objects.open(), request_.pk), range(8))

        assert sum(lease is not None for lease in leases) == 1
