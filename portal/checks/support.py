"""Checks of the mailboxes that get support requests."""

import re

from django.conf import settings
from django.core.checks import CheckMessage

from portal.checks.setting_error import setting_error


def check_support_addresses(**_kwargs: object) -> list[CheckMessage]:
    """Return an error for each address that cannot receive support requests."""
    return [
        setting_error(
            15,
            f"SUPPORT_EMAIL has {address!r}, which is no email address.",
            "Separate addresses with commas: support@example.ir,omid@example.ir.",
        )
        for address in settings.SUPPORT_EMAIL
        if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", address)
    ]
