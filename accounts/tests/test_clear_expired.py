"""Hourly sweep: what has expired goes, in bounded batches, and what has not stays."""

from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client as OidcClient
from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services.clear_expired import clear_expired
from accounts.services.register_hub_client import register_hub_client
from portal import batches
from portal.beat_schedule import BEAT_SCHEDULE
from portal.cache_table import delete_expired_entries

LONG_AGO = timedelta(days=400)
AHEAD = timedelta(days=1)


def session(key: str, expires: timedelta) -> None:
    Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + expires)


def test_expired_sessions_are_deleted(db: None) -> None:
    session("old", -AHEAD)
    session("new", AHEAD)

    clear_expired()

    assert [row.session_key for row in Session.objects.all()] == ["new"]


def test_list_of_sessions_loses_ended_ones(client: Client, sara: User) -> None:
    client.post(reverse("account_login"), {"login": "sara", "password": "sara-s-password"})
    for key in ("ended", "just-begun"):
        UserSession.objects.create(user=sara, session_key=key, ip="192.0.2.7", user_agent="x")
    UserSession.objects.exclude(session_key="just-begun").update(
        last_seen_at=timezone.now() - timedelta(hours=2)
    )

    clear_expired()

    left = {row.session_key for row in UserSession.objects.all()}
    assert left == {client.session.session_key, "just-begun"}


def token(user: User, client: OidcClient, name: str, **times: object) -> None:
    Token.objects.create(
        user=user, client=client, type=Token.Type.REFRESH_TOKEN, hash=name, **times
    )


def test_expired_tokens_are_deleted(sara: User) -> None:
    hub = register_hub_client()
    now = timezone.now()
    token(sara, hub, "expired", expires_at=now - AHEAD)
    token(sara, hub, "valid", expires_at=now + AHEAD)
    token(sara, hub, "endless-old", expires_at=None, created_at=now - LONG_AGO)
    token(sara, hub, "endless-new", expires_at=None)

    clear_expired()

    assert {row.hash for row in Token.objects.all()} == {"valid", "endless-new"}


def test_old_entries_of_admin_log_are_deleted(sara: User, nasrin: User) -> None:
    about = ContentType.objects.get_for_model(User)
    for age in (LONG_AGO, timedelta(days=30)):
        LogEntry.objects.create(
            user=nasrin,
            content_type=about,
            object_id=str(sara.pk),
            object_repr="sara",
            action_flag=CHANGE,
            action_time=timezone.now() - age,
        )

    clear_expired()

    assert LogEntry.objects.count() == 1


def test_one_run_is_bounded(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 3)
    monkeypatch.setattr(batches, "MOST_BATCHES", 2)
    for number in range(8):
        session(f"old-{number}", -AHEAD)

    clear_expired()
    assert Session.objects.count() == 2
    clear_expired()
    assert Session.objects.count() == 0


def test_expired_entries_leave_cache_table(db: None, settings) -> None:
    if settings.REDIS_URL:
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.db.DatabaseCache",
                "LOCATION": "portal_cache",
            }
        }
    cache.set("code", "x", 60)
    cache.set("valid", "y", 3600)
    with connection.cursor() as cursor:
        past = connection.ops.adapt_datetimefield_value(timezone.now() - AHEAD)
        cursor.execute(
            "UPDATE portal_cache SET expires = %s WHERE cache_key LIKE %s", [past, "%code"]
        )

    delete_expired_entries()

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM portal_cache")
        keys = [key for (key,) in cursor.fetchall()]
    assert any(key.endswith("valid") for key in keys)
    assert not any(key.endswith("code") for key in keys)


@pytest.mark.parametrize(
    "task",
    [
        "accounts.clear_expired",
        "portal.clear_cache_tables",
        "mail.delete_expired",
        "server.delete_old_events",
        "server.delete_accounts",
    ],
)
def test_beat_enqueues_each_sweep(task: str) -> None:
    assert BEAT_SCHEDULE[task]["schedule"] <= timedelta(hours=1)
