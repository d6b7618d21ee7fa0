"""End of a person's sessions on the Hub, and of their server, after a change on the portal."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from accounts.services.end_sessions import Reason, end_sessions
from jupyter_integration.models import HubSessionEnd, SpawnRequest, StopRequest
from jupyter_integration.services.request_session_end import request_session_end
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.status.queries import server_status
from jupyter_integration.status.server_status import StopCause
from jupyter_integration.tasks import wake_stalled_work
from jupyter_integration.testing.fake_hub import FakeHub


@pytest.fixture
def sara(sara: User, fake_hub: FakeHub) -> User:
    """Sara, with a user on the Hub."""
    fake_hub.add_user("sara")
    User.objects.filter(pk=sara.pk).update(hub_user_created_at=timezone.now())
    sara.refresh_from_db()
    return sara


@pytest.fixture
def with_server(sara: User, fake_hub: FakeHub) -> User:
    fake_hub.start_behind_the_portal("sara")
    return sara


def change_password(user: User) -> None:
    user.set_password("another-password")
    user.save()


def sign_out_everywhere(user: User) -> None:
    end_sessions(user=user, reason=Reason.REQUESTED)


def sign_out_by_staff(user: User) -> None:
    end_sessions(user=user, reason=Reason.STAFF)


def wake(workers) -> None:
    HubSessionEnd.objects.update(not_before=None, created_at=timezone.now() - timedelta(minutes=1))
    with workers.committing():
        wake_stalled_work()
    workers.work_off()


@pytest.mark.parametrize(
    ("act", "cause"),
    [
        (change_password, StopCause.PASSWORD),
        (sign_out_everywhere, StopCause.SIGNED_OUT),
        (sign_out_by_staff, StopCause.STAFF),
    ],
)
def test_sessions_end_and_server_stops(fake_hub, with_server, workers, act, cause) -> None:
    with workers.committing():
        act(with_server)
    workers.work_off()

    assert fake_hub.ended_sessions == ["sara"]
    assert fake_hub.phase("sara") == "stopped"
    assert not HubSessionEnd.objects.exists()
    assert server_status(with_server).stop_reason.cause is cause


def test_card_says_that_the_password_was_changed(with_server, workers) -> None:
    with workers.committing():
        change_password(with_server)
    workers.work_off()
    client = Client()
    client.force_login(with_server)

    page = client.get(reverse("dashboard")).content.decode()

    assert "گذرواژهٔ شما عوض شد" in page


def test_no_stop_is_recorded_without_a_server(fake_hub, sara, workers) -> None:
    with workers.committing():
        change_password(sara)
    workers.work_off()

    assert fake_hub.ended_sessions == ["sara"]
    assert not StopRequest.objects.exists()


def test_open_start_is_cancelled(fake_hub, sara, workers) -> None:
    request_spawn(user=sara)
    with workers.committing():
        change_password(sara)
    workers.work_off()

    assert SpawnRequest.objects.get().state == SpawnRequest.State.CANCELLED


def test_unavailable_hub_ends_sessions_when_it_is_back(fake_hub, with_server, workers) -> None:
    fake_hub.down()
    with workers.committing():
        change_password(with_server)
    workers.work_off()
    assert HubSessionEnd.objects.exists()

    fake_hub.up()
    wake(workers)

    assert fake_hub.ended_sessions == ["sara"]
    assert fake_hub.phase("sara") == "stopped"
    assert not HubSessionEnd.objects.exists()


def test_lost_task_is_woken_again(fake_hub, with_server, workers) -> None:
    with workers.committing():
        change_password(with_server)
    workers.forget()

    wake(workers)

    assert fake_hub.ended_sessions == ["sara"]


def test_dead_workers_row_is_worked_on_once_more(
    fake_hub, with_server, workers, monkeypatch
) -> None:
    """A worker dies between the stop's row and the call; the stop is not requested twice."""
    with workers.committing():
        change_password(with_server)
    with monkeypatch.context() as patched:
        patched.setattr(
            "jupyter_integration.hub.client.HubClient.end_sessions",
            lambda *_arguments, **_more: (_ for _ in ()).throw(OperationalError("killed")),
        )
        with pytest.raises(OperationalError):
            workers.work_off()
    assert StopRequest.objects.count() == 1
    fake_hub.start_behind_the_portal("sara")  # its owner starts it again before the retry
    StopRequest.objects.update(finished_at=timezone.now())

    HubSessionEnd.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    wake(workers)

    assert fake_hub.ended_sessions == ["sara"]
    assert StopRequest.objects.count() == 1
    assert fake_hub.phase("sara") == "ready"


def test_refused_signature_still_stops_the_server(
    fake_hub, with_server, workers, settings: Settings
) -> None:
    settings.WEBHOOK_SECRETS = ["whsec_YW5vdGhlciBzZWNyZXQgb2Ygd2ViaG9va3M="]
    with workers.committing():
        change_password(with_server)
    workers.work_off()

    assert fake_hub.ended_sessions == []
    assert fake_hub.phase("sara") == "stopped"
    assert HubSessionEnd.objects.get().not_before > timezone.now() + timedelta(seconds=30)


def test_second_request_keeps_the_row(fake_hub, with_server, workers) -> None:
    with workers.committing():
        change_password(with_server)
        request_session_end(hub_username="sara")

    assert HubSessionEnd.objects.get().stop_reason == StopRequest.Reason.PASSWORD


def test_missing_hub_user_has_no_sessions(fake_hub, sara, workers) -> None:
    fake_hub.users.clear()
    with workers.committing():
        change_password(sara)
    workers.work_off()

    assert not HubSessionEnd.objects.exists()


def test_deactivation_is_left_to_the_revocation(fake_hub, with_server, workers) -> None:
    with workers.committing():
        with_server.is_active = False
        with_server.save()
    workers.work_off()

    assert fake_hub.ended_sessions == []
    assert fake_hub.users == {}
