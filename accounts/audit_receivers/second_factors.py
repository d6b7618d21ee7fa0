"""Receiver that logs what happens with second factors."""

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.dispatch import Signal, receiver
from django.http import HttpRequest

from accounts.audit_log import Event, record
from accounts.models import User

EVENTS = {
    signals.authenticator_added: Event.FACTOR_ADDED,
    signals.authenticator_removed: Event.FACTOR_REMOVED,
    signals.authenticator_reset: Event.FACTOR_RESET,
    signals.authenticator_used: Event.FACTOR_USED,
    signals.authentication_failed: Event.FACTOR_FAILED,
}


@receiver(list(EVENTS))
def record_factor(
    signal: Signal,
    request: HttpRequest,
    user: User,
    authenticator: Authenticator | None,
    **_kwargs: object,
) -> None:
    factor = authenticator.type if authenticator else None  # a wrong code may fit no factor
    record(EVENTS[signal], user=user, request=request, factor=factor)
