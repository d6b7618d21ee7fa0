"""See to it that the Hub has a user for an account, and that it is this account's own."""

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

CLAIM_TIME = timedelta(seconds=60)
"""Longer than one call to the Hub may take; renewed before each."""

MOST_NAMES_TRIED = 20


class HubUserNotMadeError(Exception):
    """No name could be found under which the Hub would make a user for this account."""


class HubUserRefusedError(Exception):
    """The account is inactive: the Hub gets no user for it, and keeps none."""


class HubUserBeingMadeError(Exception):
    """Another worker is making this account's Hub user; come back in a moment."""


def ensure_hub_user(*, hub: HubClient, user: User) -> HubUser:
    """Return the account's user on the Hub, made now if need be; always without admin rights.

    The first time, a name that the Hub already knows belongs to somebody else, so the account
    gets another. Later the name is ours, and a user whom the Hub has lost is made again.

    Raises HubUserRefusedError, HubUserNotMadeError, HubUserBeingMadeError, and every HubError.
    """
    user.refresh_from_db(fields=["hub_username", "hub_user_created_at", "is_active"])
    if not user.is_active:
        raise HubUserRefusedError(user.pk)
    if user.hub_user_created_at is not None:
        return _find_or_make_again(hub, user)
    claim = _Claim(user)
    try:
        return _make_first(hub, user, claim)
    finally:
        claim.release()


def _find_or_make_again(hub: HubClient, user: User) -> HubUser:
    try:
        return hub.get_user(user.hub_username)
    except HubNotFound:
        try:
            made = hub.create_user(user.hub_username)
        except HubConflict:
            return hub.get_user(user.hub_username)
    _take_back_if_inactive(user)
    return made


def _take_back_if_inactive(user: User) -> None:
    """An account can be made inactive while the Hub makes its user, and what takes its access away
    may have come and gone by then: so what was made has to go.
    """
    user.refresh_from_db(fields=["is_active"])
    if not user.is_active:
        HubRevocation.objects.get_or_create(hub_username=user.hub_username)
        raise HubUserRefusedError(user.pk)


class _Claim:
    """The right to make an account's Hub user, which one worker has at a time: to a second, the
    first one's work looks like a stranger's.

    Known by the very moment at which it runs out. Raises HubUserBeingMadeError.
    """

    def __init__(self, user: User) -> None:
        self._account = User.objects.filter(pk=user.pk)
        self._expires_at = timezone.now() + CLAIM_TIME
        free = Q(hub_claim_expires_at__isnull=True) | Q(hub_claim_expires_at__lte=timezone.now())
        unmade = self._account.filter(free, hub_user_created_at__isnull=True)
        if not unmade.update(hub_claim_expires_at=self._expires_at):
            raise HubUserBeingMadeError

    def renew(self) -> None:
        expires_at = timezone.now() + CLAIM_TIME
        self._write(hub_claim_expires_at=expires_at)
        self._expires_at = expires_at

    def fulfil(self, hub_username: str, created_at: datetime) -> None:
        """Record that the Hub's user of this name is the account's own."""
        self._account = self._account.filter(hub_username=hub_username)
        self._write(hub_user_created_at=created_at)

    def release(self) -> None:
        self._mine().update(hub_claim_expires_at=None)

    def _write(self, **changes: datetime) -> None:
        if not self._mine().update(**changes):
            raise HubUserBeingMadeError

    def _mine(self) -> QuerySet[User]:
        return self._account.filter(hub_claim_expires_at=self._expires_at)


def _make_first(hub: HubClient, user: User, claim: _Claim) -> HubUser:
    for _attempt in range(MOST_NAMES_TRIED):
        claim.renew()
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
        created_at = timezone.now()
        claim.fulfil(user.hub_username, created_at)
        user.hub_user_created_at = created_at
        _take_back_if_inactive(user)
        return hub_user
    raise HubUserNotMadeError(user.pk)
