"""Receivers that log sign-ins, sign-outs and ended sessions."""

from typing import Any

from allauth.account import signals
from allauth.account.authentication import get_authentication_records
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.audit_log import Event, record, record_on_commit
from accounts.models import User
from accounts.services.end_sessions import Reason
from accounts.signals import sessions_ended
from accounts.usernames import fold_username


@receiver(user_logged_in)
def record_sign_in(request: HttpRequest, user: User, **_kwargs: object) -> None:
    methods = [
        str(entry.get("type") or entry.get("method"))
        for entry in get_authentication_records(request, user)
    ]
    record(Event.SIGNED_IN, user=user, request=request, method="+".join(methods))


@receiver(user_login_failed)
def record_failed_sign_in(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: object
) -> None:
    username, email = credentials.get("username") or "", credentials.get("email") or ""
    person = getattr(request, "user", None)
    if isinstance(person, User):
        record(Event.REAUTHENTICATION_FAILED, user=person, request=request)
        return
    user = User.objects.filter(
        Q(username=fold_username(username)) | ~Q(email="") & Q(email=email.lower())
    ).first()
    if user is None:
        record(Event.SIGN_IN_FAILED, request=request, typed=username or email, reason="unknown")
    else:
        reason = "password" if user.is_active else "inactive"
        record(Event.SIGN_IN_FAILED, user=user, request=request, reason=reason)


@receiver(signals.authentication_step_completed)
def record_reauthentication(
    request: HttpRequest,
    user: User,
    method: str,
    reauthenticated: bool = False,
    **_kwargs: object,
) -> None:
    if reauthenticated:
        record(Event.REAUTHENTICATED, user=user, request=request, method=method)


@receiver(user_logged_out)
def record_sign_out(request: HttpRequest, user: User | None, **_kwargs: object) -> None:
    if user is not None:
        record(Event.SIGNED_OUT, user=user, request=request)


@receiver(sessions_ended)
def record_ended_sessions(user: User, reason: Reason, **_kwargs: object) -> None:
    record_on_commit(Event.SESSIONS_ENDED, user=user, reason=reason.value)
