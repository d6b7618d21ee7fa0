"""Anonymisation of an account whose owner deletes it."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from accounts.audit_log import Event, record_on_commit
from accounts.models import User


class LastAdministratorError(Exception):
    """The account is the only active superuser: nobody could give rights any more."""


def anonymise_account(*, user: User) -> None:
    """Take every personal datum and every way to sign in from the account, and make it inactive.

    The row stays until the Hub has forgotten its user, so that no worker makes that user again. The
    Hub name stays issued for ever.

    Raises:
        LastAdministratorError: nothing is changed.
    """
    with transaction.atomic():
        # All superusers, in one order: two of them who leave at once wait for one another.
        superusers = User.objects.select_for_update().filter(is_superuser=True, is_active=True)
        others = {account.pk for account in superusers.order_by("pk")} - {user.pk}
        stored = User.objects.select_for_update().get(pk=user.pk)
        if stored.is_superuser and not others:
            raise LastAdministratorError
        record_on_commit(Event.DELETION_REQUESTED, user=stored)
        for model in (EmailAddress, Authenticator, UserSession):
            model.objects.filter(user=stored).delete()
        about = ContentType.objects.get_for_model(User)
        LogEntry.objects.filter(content_type=about, object_id=str(stored.pk)).update(object_repr="")
        stored.groups.clear()
        stored.user_permissions.clear()
        # "~" is no character of a username: nobody can have taken this one.
        stored.username = f"~deleted-{stored.pk}"
        stored.first_name = stored.last_name = stored.email = ""
        stored.last_login = None
        stored.is_active = stored.is_staff = stored.is_superuser = False
        stored.deletion_requested_at = timezone.now()
        stored.set_unusable_password()
        stored.save()  # ends sessions and tokens, and revokes the access to the Hub
