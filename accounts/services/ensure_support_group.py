"""Group of the support staff, with the permissions that support needs."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

SUPPORT_GROUP = "پشتیبانی"
"""Its name in the database, and in the admin in both languages."""

# Application, model, and what support does with it. Accounts: without rights only (staff_rights).
SUPPORT_PERMISSIONS = (
    ("accounts", "user", "view", "change"),
    ("account", "emailaddress", "view", "add", "change", "delete"),
    ("jupyter_integration", "spawnrequest", "view", "change"),  # change: cancel, stop a server
    ("jupyter_integration", "stoprequest", "view"),
    ("jupyter_integration", "helprequest", "view", "change"),  # change: answer, close
    ("jupyter_integration", "savedanswer", "view", "add", "change", "delete"),
    ("jupyter_integration", "hubevent", "view"),
    ("jupyter_integration", "hubrevocation", "view"),
)


def ensure_support_group() -> bool:
    """Create the group if there is none; return whether it was created.

    An existing group is left as it is: superusers may have changed its permissions. The
    permissions themselves exist after `migrate`.
    """
    with transaction.atomic():
        group, is_new = Group.objects.get_or_create(name=SUPPORT_GROUP)
        if is_new:
            wanted = Q()
            for application, model, *verbs in SUPPORT_PERMISSIONS:
                names = [f"{verb}_{model}" for verb in verbs]
                wanted |= Q(content_type__app_label=application, codename__in=names)
            group.permissions.set(Permission.objects.filter(wanted))
    return is_new
