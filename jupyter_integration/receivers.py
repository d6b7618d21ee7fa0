"""Receivers that keep an account and its user on the Hub in step."""

from collections.abc import Collection

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.models import User
from accounts.services.end_sessions import Reason
from accounts.signals import sessions_ended
from jupyter_integration.models import HubRevocation, StopRequest
from jupyter_integration.services.request_session_end import request_session_end
from jupyter_integration.services.request_stop import request_cancel
from jupyter_integration.tasks import make_hub_user, revoke_hub_access
from portal.enqueue import enqueue_on_commit

_STOP_REASONS = {
    Reason.PASSWORD: StopRequest.Reason.PASSWORD,
    Reason.REQUESTED: StopRequest.Reason.SIGNED_OUT,
    Reason.STAFF: StopRequest.Reason.STAFF,
}


@receiver(post_save, sender=User)
def follow_account(
    instance: User,
    raw: bool,
    update_fields: Collection[str] | None,
    **_kwargs: object,
) -> None:
    """Make the Hub user of a new account; revoke the access of an account that became inactive."""
    if raw or (update_fields is not None and "is_active" not in update_fields):
        return
    if instance.is_active:
        HubRevocation.objects.filter(hub_username=instance.hub_username).delete()
        if instance.hub_user_created_at is None:
            enqueue_on_commit(make_hub_user, instance.pk)
    else:
        request_cancel(user=instance)
        # Read again: a worker may have made the Hub user since this instance was read.
        _revoke(User.objects.get(pk=instance.pk))


@receiver(sessions_ended)
def follow_ended_sessions(user: User, reason: Reason, **_kwargs: object) -> None:
    """End the sessions on the Hub as well. The revocation of an inactive account does it anyhow."""
    if reason is Reason.DEACTIVATED or user.hub_user_created_at is None:
        return
    request_cancel(user=user)
    request_session_end(hub_username=user.hub_username, stop_reason=_STOP_REASONS[reason])


@receiver(post_delete, sender=User)
def follow_deleted_account(instance: User, **_kwargs: object) -> None:
    _revoke(instance)


def _revoke(user: User) -> None:
    # A Hub user that the portal did not make may be another person's.
    if user.hub_user_created_at is None:
        return
    HubRevocation.objects.get_or_create(hub_username=user.hub_username)
    enqueue_on_commit(revoke_hub_access, user.hub_username)
