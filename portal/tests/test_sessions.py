"""Sessions: the database decides, and a copy in the cache is never an old one for long."""

import pytest
from django.contrib.sessions.models import Session

from portal.caches import copies
from portal.sessions import COPY_TTL, SessionStore


@pytest.fixture
def key(db: None) -> str:
    session = SessionStore()
    session["step"] = "password"
    session.save()
    assert session.session_key
    return session.session_key


def test_second_read_comes_from_the_copy(key: str) -> None:
    assert SessionStore(key)["step"] == "password"
    Session.objects.all().delete()

    assert SessionStore(key)["step"] == "password"


def test_full_cache_keeps_no_old_copy(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full Redis refuses to store, also over an old value, and still deletes."""
    assert SessionStore(key)["step"] == "password"
    monkeypatch.setattr(copies, "set", lambda *_arguments: None)
    session = SessionStore(key)
    session["step"] = "code"
    session.save()

    assert SessionStore(key)["step"] == "code"


def test_copy_ends_soon(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[float] = []
    monkeypatch.setattr(copies, "set", lambda _key, _data, seconds: stored.append(seconds))

    assert SessionStore(key)["step"] == "password"

    assert stored == [COPY_TTL.total_seconds()]
    assert max(stored) <= 60


def test_deleted_session_has_no_copy(key: str) -> None:
    assert SessionStore(key)["step"] == "password"
    SessionStore(key).delete()

    assert "step" not in SessionStore(key)


def test_unknown_key_gets_no_session(db: None) -> None:
    session = SessionStore("x" * 32)

    assert "step" not in session
    assert session.session_key is None
