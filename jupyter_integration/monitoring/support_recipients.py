"""Recipients of the mails about help requests."""

from django.conf import settings

from accounts.models import User


def support_recipients() -> dict[str, str]:
    """Return the addresses, each with its reader's language; empty if nobody is mailed."""
    if settings.SUPPORT_EMAIL:
        return dict.fromkeys(settings.SUPPORT_EMAIL, settings.LANGUAGE_CODE)
    superusers = User.objects.filter(is_superuser=True, is_active=True).exclude(email="")
    return dict(superusers.order_by("pk").values_list("email", "language"))
