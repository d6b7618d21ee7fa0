"""Replacement of a Hub name that was never used."""

from django.db import transaction

from accounts.models import IssuedHubUsername, User


def replace_hub_username(*, user: User) -> str:
    """Issue a new Hub name to an account without a user on the Hub; return the name in force.

    For an account whose first name the Hub already has as a user: a person who signs up as `sara`
    must not get the home of another Sara. If a second worker has created the Hub user in the
    meantime, the account keeps its name.
    """
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        if stored.hub_user_created_at is None and stored.hub_username == user.hub_username:
            name = IssuedHubUsername.issue(stored.username)
            IssuedHubUsername.objects.filter(pk=name).update(issued_to=stored)
            User.objects.filter(pk=user.pk).update(hub_username=name)
    user.refresh_from_db(fields=["hub_username", "hub_user_created_at"])
    return user.hub_username
