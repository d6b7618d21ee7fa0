"""Give an account another Hub name, before it ever used its first."""

from django.db import transaction

from accounts.models import IssuedHubUsername, User
from accounts.remembered_user import forget_user


def replace_hub_username(*, user: User) -> str:
    """Issue a new Hub name to an account that has no user on the Hub yet; return the name in force.

    For the case that the Hub already has a user of the first name whom this account did not
    create: whoever signs up as `sara` must not get the home of another Sara. An account that is
    on the Hub meanwhile (a second worker was faster) keeps its name.
    """
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        if stored.hub_user_created_at is None and stored.hub_username == user.hub_username:
            name = IssuedHubUsername.issue(stored.username)
            IssuedHubUsername.objects.filter(pk=name).update(issued_to=stored)
            User.objects.filter(pk=user.pk).update(hub_username=name)
            forget_user(user.pk)
    user.refresh_from_db(fields=["hub_username", "hub_user_created_at"])
    return user.hub_username
