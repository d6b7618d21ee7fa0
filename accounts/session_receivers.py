"""Receivers that end the sessions of an account whose password or access was taken away."""

from collections.abc import Collection

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import User
from accounts.services.end_sessions import Reason, end_sessions


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
