"""Limits that pages announce."""

from datetime import timedelta

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def idle_limit() -> timedelta:
    """Return the time after which an unused server is stopped."""
    return timedelta(seconds=settings.IDLE_TIMEOUT)
