"""Receivers that end sessions of changed accounts and the oldest of very many, and renew keys."""

import time
from collections.abc import Collection

from allauth.account import signals as allauth_signals
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.middleware import AUTHENTICATED_AT
from accounts.models import User
from accounts.services.end_sessions import Reason, end_sessions

MOST_SESSIONS = 30
"""Of one account. Each sign-in reads all of them: a program that signs in all day would make the
portal slow for everybody."""


@receiver(post_save, sender=User)
def end_sessions_of_changed_account(
    instance: User,
    created: bool,
    raw: bool,
    update_fields: Collection[str] | None,
    **_kwargs: object,
) -> None:
    """Act on every way to change an account: its owner's, a reset, staff's, a command."""
    if created or raw:
        return
    if not instance.is_active and (update_fields is None or "is_active" in update_fields):
        end_sessions(user=instance, reason=Reason.DEACTIVATED)
    elif instance.password_was_replaced and (update_fields is None or "password" in update_fields):
        end_sessions(user=instance, reason=Reason.PASSWORD)


@receiver(allauth_signals.user_logged_in)
def end_oldest_sessions(user: User, **_kwargs: object) -> None:
    for session in UserSession.objects.filter(user=user).order_by("-pk")[MOST_SESSIONS:]:
        session.end()


@receiver(user_logged_in)
def record_sign_in_time(request: HttpRequest, **_kwargs: object) -> None:
    request.session[AUTHENTICATED_AT] = time.time()


@receiver(allauth_signals.authentication_step_completed)
def renew_session_key(
    request: HttpRequest, reauthenticated: bool = False, **_kwargs: object
) -> None:
    """Give a session a new key at a reauthentication, as at a sign-in: a copy gains no rights."""
    if not reauthenticated:
        return
    request.session[AUTHENTICATED_AT] = time.time()
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)
