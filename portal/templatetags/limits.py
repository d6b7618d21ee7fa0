"""Limits of the service that pages announce."""

from datetime import timedelta

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def idle_limit() -> timedelta:
    """Return the time after which an unused server is stopped."""
    return timedelta(seconds=settings.IDLE_TIMEOUT)


@register.simple_tag
def longest_run() -> timedelta:
    """Return the time after which any server is stopped, used or not."""
    return timedelta(seconds=settings.SERVER_MAX_AGE)


@register.simple_tag
def sign_up_is_open() -> bool:
    """Return whether visitors can sign up."""
    return bool(settings.SIGNUP_OPEN)
