"""Receivers that write the audit log: signals of Django and allauth, and rows that staff change."""

from collections.abc import Collection
from typing import Any

from allauth.account import signals
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.mfa import signals as factor_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model, Q
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.audit_log import Event, record, record_on_commit
from accounts.models import User
from accounts.services.end_sessions import Reason
from accounts.signals import sessions_ended
from accounts.usernames import fold_username

WATCHED = ("email", "is_active", "is_staff", "is_superuser", "password")
"""Columns of an account whose change is logged, whoever changes them."""


# --- Sign-in and sign-out ---------------------------------------------------------------------


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


# --- Second factors ---------------------------------------------------------------------------


@receiver(factor_signals.authenticator_added)
def record_added_factor(
    request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: object
) -> None:
    record(Event.FACTOR_ADDED, user=user, request=request, factor=authenticator.type)


@receiver(factor_signals.authenticator_removed)
def record_removed_factor(
    request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: object
) -> None:
    record(Event.FACTOR_REMOVED, user=user, request=request, factor=authenticator.type)


@receiver(factor_signals.authenticator_reset)
def record_reset_factor(
    request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: object
) -> None:
    record(Event.FACTOR_RESET, user=user, request=request, factor=authenticator.type)


@receiver(factor_signals.authenticator_used)
def record_used_factor(
    request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: object
) -> None:
    record(Event.FACTOR_USED, user=user, request=request, factor=authenticator.type)


@receiver(factor_signals.authentication_failed)
def record_failed_factor(
    request: HttpRequest, user: User, authenticator: Authenticator | None, **_kwargs: object
) -> None:
    factor = authenticator.type if authenticator else None
    record(Event.FACTOR_FAILED, user=user, request=request, factor=factor)


# --- What people change themselves ------------------------------------------------------------


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
    record(Event.ADDRESS_ADDED, user=user, request=request, to=_shown(email_address.email))


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
        was=_shown(from_email_address.email) if from_email_address else None,
        to=_shown(to_email_address.email),
    )


@receiver(signals.email_confirmed)
def record_confirmed_address(
    request: HttpRequest, email_address: EmailAddress, **_kwargs: object
) -> None:
    to = _shown(email_address.email)
    record(Event.ADDRESS_CONFIRMED, user=email_address.user, request=request, to=to)


@receiver(signals.email_removed)
def record_removed_address(
    request: HttpRequest, user: User, email_address: EmailAddress, **_kwargs: object
) -> None:
    record(Event.ADDRESS_REMOVED, user=user, request=request, was=_shown(email_address.email))


# --- What staff and commands change -----------------------------------------------------------


@receiver(pre_save, sender=User)
def compare_account(
    instance: User, raw: bool, update_fields: Collection[str] | None, **_kwargs: object
) -> None:
    """Log what a save changes of an account's rights, and of its keys if somebody else does it."""
    columns = [name for name in WATCHED if update_fields is None or name in update_fields]
    if raw or instance._state.adding or not columns:
        return
    stored = User.objects.filter(pk=instance.pk).values(*columns).first() or {}
    changed = {name for name in stored if stored[name] != getattr(instance, name)}
    if "is_active" in changed:
        event = Event.REACTIVATED if instance.is_active else Event.DEACTIVATED
        record_on_commit(event, user=instance)
    for name in sorted(changed & {"is_staff", "is_superuser"}):
        right = f"{'+' if getattr(instance, name) else '-'}{name}"
        record_on_commit(Event.RIGHTS_CHANGED, user=instance, right=right)
    if not _is_own_change(instance):
        if "password" in changed:
            record_on_commit(Event.PASSWORD_SET, user=instance)
        if "email" in changed:
            was, to = _shown(stored["email"]), _shown(instance.email)
            record_on_commit(Event.ADDRESS_CHANGED, user=instance, was=was, to=to)


@receiver(post_save, sender=User)
def record_created_account(instance: User, created: bool, raw: bool, **_kwargs: object) -> None:
    if created and not raw and not _is_own_change(instance):
        rights = [name for name in ("is_staff", "is_superuser") if getattr(instance, name)]
        record_on_commit(Event.CREATED, user=instance, rights="+".join(rights))


@receiver(post_delete, sender=User)
def record_deleted_account(instance: User, **_kwargs: object) -> None:
    record_on_commit(Event.DELETED, user=instance)


@receiver(post_save, sender=EmailAddress)
def record_address_of_staff(
    instance: EmailAddress, created: bool, raw: bool, **_kwargs: object
) -> None:
    if not raw and not _is_own_change(instance.user):
        event = Event.ADDRESS_ADDED if created else Event.ADDRESS_CHANGED
        confirmed = "yes" if instance.verified else "no"
        record_on_commit(event, user=instance.user, to=_shown(instance.email), confirmed=confirmed)


@receiver(m2m_changed, sender=User.groups.through)
@receiver(m2m_changed, sender=User.user_permissions.through)
def record_changed_rights(
    instance: Model, action: str, model: type[Model], pk_set: set[int] | None, **_kwargs: object
) -> None:
    """Log groups and permissions that an account, or accounts that a group, gained or lost."""
    sign = {"post_add": "+", "post_remove": "-", "post_clear": "-"}.get(action)
    if sign is None or (not pk_set and sign == "+"):
        return
    if isinstance(instance, User):
        names = ",".join(str(row) for row in model._default_manager.filter(pk__in=pk_set or ()))
        record_on_commit(Event.RIGHTS_CHANGED, user=instance, right=f"{sign}{names or 'all'}")
    else:
        for user in User.objects.filter(pk__in=pk_set or ()):
            record_on_commit(Event.RIGHTS_CHANGED, user=user, right=f"{sign}{instance}")


@receiver(m2m_changed, sender=Group.permissions.through)
def record_changed_group(instance: Model, action: str, **_kwargs: object) -> None:
    if action in ("post_add", "post_remove", "post_clear"):
        record_on_commit(Event.RIGHTS_CHANGED, group=str(instance), change=action)


def _is_own_change(user: User) -> bool:
    """Return whether a person changes their own account, which signals of allauth report.

    Signing up, signing in (which may hash the password anew) and a reset come without a signed-in
    person.
    """
    request = allauth_context.request
    actor = getattr(request, "user", None)
    return request is not None and (not isinstance(actor, User) or actor.pk == user.pk)


def _shown(address: str) -> str:
    """Return an address as the log shows it: enough to see whose it is, not to write to it."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:2]}…@{domain}" if domain else address
