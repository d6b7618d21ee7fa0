"""Adoption of a Hub user from before the portal, by an account."""

from django.db import transaction
from django.db.models import Q

from accounts.hub_usernames import is_legal_hub_username
from accounts.models import User
from accounts.services.adopt_hub_username import AdoptionRefusedError, adopt_hub_username
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubNotFound
from jupyter_integration.models import HubRevocation, SpawnRequest
from jupyter_integration.models.shown_rows import invalidate_user_rows
from jupyter_integration.tasks import revoke_hub_access
from portal.enqueue import enqueue_on_commit


def adopt_hub_user(*, hub: HubClient, user: User, hub_username: str) -> None:
    """Make the Hub's user of this name the account's own. Only an administrator can know that both
    are one person.

    At sign-up the account got its own Hub user, under another name if this one was taken on the
    Hub. If no server was started under that name, that Hub user is empty and is removed.

    Raises AdoptionRefusedError and every HubError.
    """
    if is_legal_hub_username(hub_username):  # others are refused below, without a call
        _refuse_unless_harmless(hub, hub_username)
    with transaction.atomic():
        if user.hub_username != hub_username and _has_started(user):
            raise AdoptionRefusedError(
                f"{user.username} has started servers as {user.hub_username!r}, and may have "
                "files there"
            )
        left_behind = adopt_hub_username(user=user, hub_username=hub_username)
        if left_behind is not None:
            HubRevocation.objects.get_or_create(hub_username=left_behind)
            enqueue_on_commit(revoke_hub_access, left_behind)
    invalidate_user_rows([user.pk])  # an open page tells a new person that there is no server yet


def _refuse_unless_harmless(hub: HubClient, hub_username: str) -> None:
    try:
        hub_user = hub.get_user(hub_username)
    except HubNotFound as error:
        raise AdoptionRefusedError(f"the Hub has no user {hub_username!r}") from error
    if hub_user.admin:
        raise AdoptionRefusedError(
            f"{hub_username!r} is an administrator of the Hub, which no account may be: "
            "take that right away there first"
        )


def _has_started(user: User) -> bool:
    under_way = Q(state__in=SpawnRequest.OPEN_STATES)
    return (
        SpawnRequest.objects.filter(user=user)
        .filter(under_way | Q(posted_at__isnull=False))
        .exists()
    )
