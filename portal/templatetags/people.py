"""Names of people in a `<bdi>`, so that none changes the direction of its sentence; addresses."""

import re

from django import template
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


def _isolated(name: str, user: AbstractBaseUser | AnonymousUser) -> SafeString:
    if name:
        return format_html("<bdi>{}</bdi>", name)
    return format_html('<bdi dir="ltr">{}</bdi>', user.get_username())


@register.filter
def full_name(user: AbstractBaseUser | AnonymousUser) -> SafeString:
    """Return the full name if the person gave one, otherwise the username."""
    return _isolated(user.get_full_name() if hasattr(user, "get_full_name") else "", user)


@register.filter
def given_name(user: AbstractBaseUser | AnonymousUser) -> SafeString:
    """Return the given name, for a greeting; otherwise the username."""
    return _isolated(getattr(user, "first_name", ""), user)


@register.filter
def breakable(address: str) -> SafeString:
    """Return an e-mail address that a narrow page breaks after "@" or a dot, and not in a word."""
    parts = re.split(r"(?<=[@.])", address)
    return format_html_join(SafeString("<wbr>"), "{}", ((part,) for part in parts))
