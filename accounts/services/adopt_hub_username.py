"""Link an account with a user that the Hub had before the portal."""

from django.db import transaction
from django.utils import timezone

from accounts.hub_usernames import is_legal_hub_username
from accounts.models import IssuedHubUsername, User
from accounts.remembered_user import forget_user


class AdoptionRefusedError(Exception):
    """The account cannot take this Hub name; the text says why and is meant for administrators."""


def adopt_hub_username(*, user: User, hub_username: str) -> str | None:
    """Make `hub_username` the account's name on the Hub, as one that it owns.

    Returns the name of the Hub user that was made for the account before and is nobody's now, or
    None if there was none. The caller knows that nothing was ever started under it.

    Raises AdoptionRefusedError when the name is not legal, or was issued to another account.
    """
    if not is_legal_hub_username(hub_username):
        raise AdoptionRefusedError(
            f"{hub_username!r} is not a legal name here ([a-z][a-z0-9-]{{0,29}}): "
            "rename the Hub's user first"
        )
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        # The account may have had this very name, until the Hub turned out to know it already.
        issued, _is_new = IssuedHubUsername.objects.get_or_create(
            name=hub_username, defaults={"issued_to": stored}
        )
        if issued.issued_to_id != stored.pk:
            raise AdoptionRefusedError(f"{hub_username!r} was already issued to another account")
        User.objects.filter(pk=user.pk).update(
            hub_username=hub_username, hub_user_created_at=timezone.now()
        )
        forget_user(user.pk)
    user.refresh_from_db(fields=["hub_username", "hub_user_created_at"])
    was_made = stored.hub_user_created_at is not None and stored.hub_username != hub_username
    return stored.hub_username if was_made else None
