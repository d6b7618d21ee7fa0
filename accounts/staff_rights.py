"""Rights of staff over accounts: an ordinary account, and who may change which.

Whoever sets the password or the address of an account can sign in as it. So a permission to change
accounts covers only those that have no rights of their own.
"""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from accounts.models import User

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")
"""Fields of an account that only superusers see and change."""


def ordinary_accounts(prefix: str = "") -> Q:
    """Return the condition for accounts without any rights; `prefix` leads to the account."""
    return Q(
        **{
            f"{prefix}is_staff": False,
            f"{prefix}is_superuser": False,
            f"{prefix}groups__isnull": True,
            f"{prefix}user_permissions__isnull": True,
        }
    )


def may_manage(actor: User | AnonymousUser, account: User) -> bool:
    """Return whether a member of staff may see and change this account in the admin."""
    if actor.is_superuser:
        return True
    return User.objects.filter(ordinary_accounts(), pk=account.pk).exists()
