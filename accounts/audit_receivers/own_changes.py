"""Receivers that log what people change of their own accounts."""

from allauth.account import signals
from allauth.account.models import EmailAddress
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.addresses import shorten_address
from accounts.audit_log import Event, record
from accounts.models import User


@receiver(signals.user_signed_up)
def record_sign_up(request: HttpRequest, user: User, **_kwargs: object) -> None:
    record(Event.SIGNED_UP, user=user, request=request)


@receiver(signals.password_changed)
def record_password_change(request: HttpRequest, user: User, **_kwargs: object) -> None:
    record(Event.PASSWORD_CHANGED, user=user, request=request)


@receiver(signals.password_set)
def record_first_password(request: HttpRequest, user: User, **_kwargs: object) -> None:
    record(Event.PASSWORD_SET, user=user, request=request)


@receiver(signals.password_reset)
def record_password_reset(request: HttpRequest, user: User, **_kwargs: object) -> None:
    record(Event.PASSWORD_RESET, user=user, request=request)


@receiver(signals.email_added)
def record_added_address(
    request: HttpRequest, user: User, email_address: EmailAddress, **_kwargs: object
) -> None:
    record(Event.ADDRESS_ADDED, user=user, request=request, to=shorten_address(email_address.email))


@receiver(signals.email_changed)
def record_changed_address(
    request: HttpRequest,
    user: User,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **_kwargs: object,
) -> None:
    record(
        Event.ADDRESS_CHANGED,
        user=user,
        request=request,
        was=shorten_address(from_email_address.email) if from_email_address else None,
        to=shorten_address(to_email_address.email),
    )


@receiver(signals.email_confirmed)
def record_confirmed_address(
    request: HttpRequest, email_address: EmailAddress, **_kwargs: object
) -> None:
    to = shorten_address(email_address.email)
    record(Event.ADDRESS_CONFIRMED, user=email_address.user, request=request, to=to)


@receiver(signals.email_removed)
def record_removed_address(
    request: HttpRequest, user: User, email_address: EmailAddress, **_kwargs: object
) -> None:
    record(
        Event.ADDRESS_REMOVED, user=user, request=request, was=shorten_address(email_address.email)
    )
