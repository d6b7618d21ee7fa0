"""People's names on a page: each in a `<bdi>` of its own, so that no name turns its sentence."""

from django import template
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


def _shown(name: str, user: AbstractBaseUser | AnonymousUser) -> SafeString:
    if name:
        return format_html("<bdi>{}</bdi>", name)
    return format_html('<bdi dir="ltr">{}</bdi>', user.get_username())


@register.filter
def full_name(user: AbstractBaseUser | AnonymousUser) -> SafeString:
    """The name that the person gave, or else the user name."""
    return _shown(user.get_full_name() if hasattr(user, "get_full_name") else "", user)


@register.filter
def given_name(user: AbstractBaseUser | AnonymousUser) -> SafeString:
    """The given name, for a greeting; or else the user name."""
    return _shown(getattr(user, "first_name", ""), user)
