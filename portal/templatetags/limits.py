"""Limits that people should know of before they meet them."""

from datetime import timedelta

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def idle_limit() -> timedelta:
    """For how long nobody may use a server before it is stopped."""
    return timedelta(seconds=settings.IDLE_TIMEOUT)
