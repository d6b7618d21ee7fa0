"""Link an account with a user that the Hub had before the portal."""

from django.db import transaction
from django.utils import timezone

from accounts.hub_usernames import is_legal_hub_username
from accounts.models import IssuedHubUsername, User


class AdoptionRefusedError(Exception):
    """The account cannot take this Hub name; the text says why and is meant for administrators."""


def adopt_hub_username(*, user: User, hub_username: str) -> None:
    """Make `hub_username` the account's name on the Hub, as one that it owns.

    Raises AdoptionRefusedError when the name is not legal, was issued to somebody, or when the
    account already has a Hub user of its own.
    """
    if not is_legal_hub_username(hub_username):
        raise AdoptionRefusedError(
            f"{hub_username!r} is not a legal name here ([a-z][a-z0-9-]{{0,29}}): "
            "rename the Hub's user first"
        )
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        if stored.hub_user_created_at is not None:
            raise AdoptionRefusedError(
                f"{stored.username} already has the Hub user {stored.hub_username!r}"
            )
        if stored.hub_username != hub_username:
            _issued, is_new = IssuedHubUsername.objects.get_or_create(name=hub_username)
            if not is_new:
                raise AdoptionRefusedError(
                    f"{hub_username!r} was already issued to another account"
                )
        User.objects.filter(pk=user.pk).update(
            hub_username=hub_username, hub_user_created_at=timezone.now()
        )
    user.refresh_from_db(fields=["hub_username", "hub_user_created_at"])
