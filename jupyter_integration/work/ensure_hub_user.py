"""Hub user of an account: created once, and never one of another account."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.services.replace_hub_username import replace_hub_username
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubConflict, HubNotFound
from jupyter_integration.hub.resources import HubUser
from jupyter_integration.models import HubRevocation

logger = logging.getLogger(__name__)

CLAIM_DURATION = timedelta(seconds=60)
"""Longer than one call to the Hub can take; the claim is renewed before each call."""

MAX_NAMES_TRIED = 20


class HubUserNotMadeError(Exception):
    """The Hub created no user for this account under any of MAX_NAMES_TRIED names."""


class HubUserRefusedError(Exception):
    """The account is inactive: its Hub user is not created, or is deleted."""


class HubUserBeingMadeError(Exception):
    """Another worker is creating this account's Hub user; retry in a moment."""


def ensure_hub_user(*, hub: HubClient, user: User) -> HubUser:
    """Return the account's Hub user, created now if necessary; always without admin rights.

    At the first creation, a name that the Hub already has belongs to another person, so the account
    gets a new name. Later the name is the account's own, and a user that the Hub lost is created
    again.

    Raises HubUserRefusedError, HubUserNotMadeError, HubUserBeingMadeError, and every HubError.
    """
    user.refresh_from_db(fields=["hub_username", "hub_user_created_at", "is_active"])
    if not user.is_active:
        raise HubUserRefusedError(user.pk)
    if user.hub_user_created_at is not None:
        return _get_or_recreate(hub, user)
    claim = _Claim(user)
    try:
        return _create_first(hub, user, claim)
    finally:
        claim.release()


def _get_or_recreate(hub: HubClient, user: User) -> HubUser:
    try:
        return hub.get_user(user.hub_username)
    except HubNotFound:
        try:
            made = hub.create_user(user.hub_username)
        except HubConflict:
            return hub.get_user(user.hub_username)
    _revoke_if_inactive(user)
    return made


def _revoke_if_inactive(user: User) -> None:
    """Revoke the new Hub user if the account was made inactive during its creation.

    The revocation of the account may have run before the Hub user existed.
    """
    user.refresh_from_db(fields=["is_active"])
    if not user.is_active:
        HubRevocation.objects.get_or_create(hub_username=user.hub_username)
        raise HubUserRefusedError(user.pk)


class _Claim:
    """The right of one worker to create an account's Hub user.

    A second worker would take the first one's Hub user for that of another person. The claim is
    identified by the exact time at which it expires. Raises HubUserBeingMadeError.
    """

    def __init__(self, user: User) -> None:
        self._account = User.objects.filter(pk=user.pk)
        now = timezone.now()
        self._expires_at = now + CLAIM_DURATION
        unclaimed = Q(hub_claim_expires_at__isnull=True) | Q(hub_claim_expires_at__lte=now)
        mine = self._account.filter(unclaimed, hub_user_created_at__isnull=True)
        if not mine.update(hub_claim_expires_at=self._expires_at):
            raise HubUserBeingMadeError

    def renew(self) -> None:
        expires_at = timezone.now() + CLAIM_DURATION
        self._write(hub_claim_expires_at=expires_at)
        self._expires_at = expires_at

    def fulfil(self, hub_username: str, created_at: datetime) -> None:
        """Record that the Hub user of this name is the account's own."""
        self._account = self._account.filter(hub_username=hub_username)
        self._write(hub_user_created_at=created_at)

    def release(self) -> None:
        self._mine().update(hub_claim_expires_at=None)

    def _write(self, **changes: datetime) -> None:
        if not self._mine().update(**changes):
            raise HubUserBeingMadeError

    def _mine(self) -> QuerySet[User]:
        return self._account.filter(hub_claim_expires_at=self._expires_at)


def _create_first(hub: HubClient, user: User, claim: _Claim) -> HubUser:
    for _attempt in range(MAX_NAMES_TRIED):
        claim.renew()
        try:
            hub_user = hub.create_user(user.hub_username)
        except HubConflict:
            foreign_name = user.hub_username
            replace_hub_username(user=user)
            logger.warning(
                "The Hub user %s does not belong to account %s, which is now %s",
                foreign_name,
                user.pk,
                user.hub_username,
            )
            continue
        created_at = timezone.now()
        claim.fulfil(user.hub_username, created_at)
        user.hub_user_created_at = created_at
        _revoke_if_inactive(user)
        return hub_user
    raise HubUserNotMadeError(user.pk)
