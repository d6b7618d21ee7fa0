"""Template tag for the number of help requests that wait for an answer."""

from django import template

from jupyter_integration.models import HelpRequest

register = template.Library()

MAX_COUNTED = 100
"""This bounds the query, which the partial index of unanswered requests serves."""


@register.simple_tag
def unanswered_help_requests() -> int:
    return HelpRequest.objects.unanswered().order_by()[:MAX_COUNTED].count()
