"""Parts of pages that look the same to all who read the language: put together once, not each time.

A page has a dozen icons and as many addresses of style sheets; without this they take half the time
that the page takes.
"""

from functools import cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

_PUT_TOGETHER: dict[tuple[str, str | None], SafeString] = {}


@register.simple_tag
def part(name: str) -> SafeString:
    """The template of this name, which knows nothing of the page that it is in or of its reader."""
    key = name, get_language()
    if key not in _PUT_TOGETHER or settings.DEBUG:
        _PUT_TOGETHER[key] = SafeString(render_to_string(name))
    return _PUT_TOGETHER[key]


@register.simple_tag
def icon(name: str) -> SafeString:
    """The drawing in templates/icons/."""
    return part(f"icons/{name}.svg")


@register.simple_tag
@cache
def address(name: str) -> str:
    """What `url` makes of a name alone, for pages that are asked for all the time."""
    return reverse(name)
