"""States of a server, as functions that bring a user's server into each."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SpawnRequest
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.tests.scenes import see, start, stop

State = SpawnRequest.State


def nothing_known(user: User) -> None:
    pass


def stopped(user: User) -> None:
    see(user)


def queued(user: User) -> None:
    see(user)
    start(user)


def starting(user: User) -> None:
    see(user)
    start(user, State.STARTING, progress=40, message="Spawning")


def ready(user: User) -> None:
    see(user, ready=True)


def stopping(user: User) -> None:
    see(user, ready=True)
    stop(user)


def failed(user: User) -> None:
    see(user)
    start(user, State.FAILED, failure_code=FailureCode.NO_SPACE)


def hub_away(user: User) -> None:
    see(user, as_of=timezone.now() - timedelta(seconds=30))
    find_the_hub_away()


STATES = [nothing_known, stopped, queued, starting, ready, stopping, failed, hub_away]
