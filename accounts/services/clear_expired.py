"""Deletion of what is over: sessions, tokens of the Hub, and staff's old entries in the admin."""

import logging
from datetime import timedelta

from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone

from portal.batches import delete_in_batches

logger = logging.getLogger(__name__)

ADMIN_LOG_RETENTION = timedelta(days=365)
ENDLESS_TOKEN_RETENTION = timedelta(days=30)
"""Of refresh tokens that were issued before they had an end."""

SESSION_GRACE_PERIOD = timedelta(hours=1)
"""A session is listed before its row is written, at the end of its first request."""


def clear_expired() -> None:
    now = timezone.now()
    stored = Session.objects.filter(session_key=OuterRef("session_key"))
    for what, rows in (
        ("sessions", Session.objects.filter(expire_date__lt=now)),
        (
            "listed sessions",
            UserSession.objects.filter(
                ~Exists(stored), last_seen_at__lt=now - SESSION_GRACE_PERIOD
            ),
        ),
        ("tokens", Token.objects.filter(expires_at__lt=now)),
        (
            "tokens without an end",
            Token.objects.filter(
                expires_at__isnull=True, created_at__lt=now - ENDLESS_TOKEN_RETENTION
            ),
        ),
        (
            "entries of the admin's log",
            LogEntry.objects.filter(action_time__lt=now - ADMIN_LOG_RETENTION),
        ),
    ):
        if deleted := delete_in_batches(rows):
            logger.info("%d expired %s deleted", deleted, what)
