"""See to it that the Hub has a user for an account, and that it is this account's own."""

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.services.replace_hub_username import replace_hub_username
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubConflict, HubNotFound
from jupyter_integration.hub.resources import HubUser

logger = logging.getLogger(__name__)

CLAIM_TIME = timedelta(seconds=30)
MOST_NAMES_TRIED = 20


class HubUserNotMadeError(Exception):
    """No name could be found under which the Hub would make a user for this account."""


class HubUserBeingMadeError(Exception):
    """Another worker is making this account's Hub user; come back in a moment."""


def ensure_hub_user(*, hub: HubClient, user: User) -> HubUser:
    """Return the account's user on the Hub, made now if need be; always without admin rights.

    The first time, a name that the Hub already knows belongs to somebody else, so the account
    gets another. Later the name is ours, and a user whom the Hub has lost is made again.

    Raises HubUserNotMadeError, HubUserBeingMadeError, and every HubError.
    """
    user.refresh_from_db(fields=["hub_username", "hub_user_created_at"])
    if user.hub_user_created_at is not None:
        return _find_or_make_again(hub, user.hub_username)
    _claim(user)
    try:
        return _make_first(hub, user)
    finally:
        User.objects.filter(pk=user.pk).update(hub_claim_expires_at=None)


def _find_or_make_again(hub: HubClient, hub_username: str) -> HubUser:
    try:
        return hub.get_user(hub_username)
    except HubNotFound:
        try:
            return hub.create_user(hub_username)
        except HubConflict:
            return hub.get_user(hub_username)


def _claim(user: User) -> None:
    """Let one worker at a time make the user: to a second, the first one's work looks like a
    stranger's.
    """
    now = timezone.now()
    free = Q(hub_claim_expires_at__isnull=True) | Q(hub_claim_expires_at__lte=now)
    unmade = User.objects.filter(pk=user.pk, hub_user_created_at__isnull=True)
    if not unmade.filter(free).update(hub_claim_expires_at=now + CLAIM_TIME):
        raise HubUserBeingMadeError


def _make_first(hub: HubClient, user: User) -> HubUser:
    for _attempt in range(MOST_NAMES_TRIED):
        try:
            hub_user = hub.create_user(user.hub_username)
        except HubConflict:
            taken = user.hub_username
            replace_hub_username(user=user)
            logger.warning(
                "The Hub has a user %s who is not account %s; it is now %s",
                taken,
                user.pk,
                user.hub_username,
            )
            continue
        user.hub_user_created_at = timezone.now()
        User.objects.filter(pk=user.pk).update(hub_user_created_at=user.hub_user_created_at)
        return hub_user
    raise HubUserNotMadeError(user.pk)
