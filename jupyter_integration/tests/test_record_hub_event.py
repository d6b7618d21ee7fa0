"""Events of the Hub: each wakes a refresh, and pages show what the Hub itself shows."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import HubEvent
from jupyter_integration.server_states import ServerState
from jupyter_integration.status import snapshots
from jupyter_integration.status.queries import server_status
from jupyter_integration.testing.fake_hub import FakeHub
from jupyter_integration.testing.hub_hooks import SentEvent, post
from jupyter_integration.testing.workers import Workers
from jupyter_integration.tests.scenes import provision, see
from jupyter_integration.work.delete_old_events import delete_old_events

LIFE = ["server.started", "server.stopped", "server.started", "server.exited", "server.started"]


@pytest.fixture
def sara(sara: User, fake_hub: FakeHub) -> User:
    """Sara, with a user of her own on the Hub."""
    fake_hub.add_user("sara")
    return provision(sara)


def deliver(workers: Workers, *events: SentEvent) -> None:
    for event in events:
        with workers.committing():
            assert post(event).status_code == 204


def life_of(user: User) -> list[SentEvent]:
    began = timezone.now() - timedelta(minutes=10)
    return [
        SentEvent(
            kind=kind, username=user.hub_username, happened_at=began + timedelta(minutes=minute)
        )
        for minute, kind in enumerate(LIFE)
    ]


def test_change_outside_the_portal_shows_after_one_refresh(sara, fake_hub, workers) -> None:
    see(sara)
    fake_hub.start_behind_the_portal("sara")

    deliver(workers, SentEvent(kind="server.started", username="sara"))
    assert workers.sent == [("server.refresh", (sara.pk,))]
    workers.work_off()

    assert server_status(sara).state is ServerState.READY


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("runs_in_the_end", [True, False])
def test_shuffled_doubled_and_lost_events_do_no_harm(
    sara, fake_hub, workers, seed: int, runs_in_the_end: bool
) -> None:
    chance = random.Random(seed)
    see(sara)
    if runs_in_the_end:
        fake_hub.start_behind_the_portal("sara")
    events = life_of(sara)
    events = [event for event in events if chance.random() > 0.3] or events[:1]
    events += [event for event in events if chance.random() > 0.5]
    chance.shuffle(events)

    deliver(workers, *events)
    workers.work_off()

    expected = ServerState.READY if runs_in_the_end else ServerState.STOPPED
    assert server_status(sara).state is expected
    assert HubEvent.objects.count() == len({event.id for event in events})


@pytest.mark.parametrize("username", ["parvaneh", "Sara"])
def test_event_of_an_unknown_user_is_stored(sara, workers, username: str) -> None:
    see(sara)

    deliver(workers, SentEvent(kind="server.started", username=username))

    assert HubEvent.objects.get().hub_username == username
    assert workers.sent == []
    assert not snapshots.read(sara.pk).is_outdated


def test_events_are_deleted_after_ninety_days(sara, workers) -> None:
    deliver(workers, *life_of(sara))
    old, kept = HubEvent.objects.all()[:2]
    now = timezone.now()
    HubEvent.objects.filter(pk=old.pk).update(received_at=now - timedelta(days=90, minutes=1))
    HubEvent.objects.filter(pk=kept.pk).update(received_at=now - timedelta(days=89))

    delete_old_events()

    assert HubEvent.objects.count() == len(LIFE) - 1
    assert not HubEvent.objects.filter(pk=old.pk).exists()
