"""Command `wait_for_database`: ends when the database and its tables are there."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError

from accounts.management.commands import wait_for_database

OnSleep = Callable[[Callable[[], None]], list[float]]


@pytest.fixture(autouse=True)
def same_connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the test's transaction, and the handler of signals."""
    monkeypatch.setattr(connection, "close", lambda: None)
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def on_sleep(monkeypatch: pytest.MonkeyPatch) -> OnSleep:
    """Set what happens instead of the second pause; return the pauses."""

    def prepare(action: Callable[[], None]) -> list[float]:
        pauses: list[float] = []

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 2:
                action()

        monkeypatch.setattr(wait_for_database.time, "sleep", sleep)
        return pauses

    return prepare


def last_migration() -> tuple[str, str]:
    [migration] = MigrationLoader(connection).graph.leaf_nodes("accounts")
    return migration


@pytest.mark.django_db
def test_wait_ends_with_the_last_migration(on_sleep: OnSleep) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied(*last_migration())
    pauses = on_sleep(lambda: recorder.record_applied(*last_migration()))

    call_command("wait_for_database", "--migrated")

    assert len(pauses) == 2


def test_wait_ends_when_the_database_answers(
    on_sleep: OnSleep, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    database = SimpleNamespace(ensure_connection=refuse, close=lambda: None)
    monkeypatch.setattr(wait_for_database, "connection", database)
    pauses = on_sleep(lambda: setattr(database, "ensure_connection", lambda: None))

    call_command("wait_for_database")

    assert len(pauses) == 2


@pytest.mark.django_db
def test_wait_ends_with_sigterm(on_sleep: OnSleep) -> None:
    MigrationRecorder(connection).record_unapplied(*last_migration())
    on_sleep(lambda: signal.raise_signal(signal.SIGTERM))

    with pytest.raises(SystemExit):
        call_command("wait_for_database", "--migrated")
