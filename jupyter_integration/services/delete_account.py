"""Deletion of an account by its owner."""

from django.db import transaction

from accounts.models import User
from accounts.services.anonymise_account import anonymise_account
from jupyter_integration.models import HelpMessage, HelpRequest, HubEvent, SpawnRequest


def delete_account(*, user: User) -> None:
    """Anonymise the account and its requests at once; a worker deletes the rows later.

    All of it is rows of one transaction: the Hub may be unavailable. Files are not deleted.

    Raises:
        LastAdministratorError: nothing is changed.
    """
    with transaction.atomic():
        anonymise_account(user=user)
        HelpMessage.objects.filter(help_request__user=user).delete()
        HelpRequest.objects.filter(user=user).update(words="", browser="", hub_words="")
        SpawnRequest.objects.filter(user=user).update(next_path="", message="")
        HubEvent.objects.filter(hub_username=user.hub_username).delete()
