"""Receivers that log what staff and commands change: rows of accounts, addresses and rights."""

from collections.abc import Collection

from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from django.contrib.auth.models import Group
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import receiver

from accounts.addresses import shorten_address
from accounts.audit_log import Event, record_on_commit
from accounts.models import User

WATCHED = ("email", "is_active", "is_staff", "is_superuser", "password")
"""Columns of an account whose change is logged, whoever changes them."""


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
            was, to = shorten_address(stored["email"]), shorten_address(instance.email)
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
        record_on_commit(
            event, user=instance.user, to=shorten_address(instance.email), confirmed=confirmed
        )


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
