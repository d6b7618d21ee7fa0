"""Adoption of a user that existed on the Hub before the portal."""

from django.db import transaction
from django.utils import timezone

from accounts.hub_usernames import is_legal_hub_username
from accounts.models import IssuedHubUsername, User


class AdoptionRefusedError(Exception):
    """The account cannot take this Hub name; the message explains it to administrators."""


def adopt_hub_username(*, user: User, hub_username: str) -> str | None:
    """Make an existing Hub user the account's own.

    Return the name of the Hub user that was created for the account before and has no owner now, or
    None if there was none. The caller makes sure that no server was ever started under it.

    Raises:
        AdoptionRefusedError: the name is not legal, or was issued to another account.
    """
    if not is_legal_hub_username(hub_username):
        raise AdoptionRefusedError(
            f"{hub_username!r} is not a legal name here ([a-z][a-z0-9-]{{0,29}}): "
            "rename the Hub's user first"
        )
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        # The account had this name itself if it was replaced because the Hub already knew it.
        issued, _is_new = IssuedHubUsername.objects.get_or_create(
            name=hub_username, defaults={"issued_to": stored}
        )
        if issued.issued_to_id != stored.pk:
            raise AdoptionRefusedError(f"{hub_username!r} was already issued to another account")
        User.objects.filter(pk=user.pk).update(
            hub_username=hub_username,
            hub_user_created_at=timezone.now(),
            hub_user_may_be_older=True,
        )
    user.refresh_from_db(fields=["hub_username", "hub_user_created_at"])
    was_created = stored.hub_user_created_at is not None and stored.hub_username != hub_username
    return stored.hub_username if was_created else None
