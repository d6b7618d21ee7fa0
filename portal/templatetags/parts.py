"""Parts of pages that look the same to all who read the language: put together once, not each time.

A page has a dozen addresses of style sheets.
"""

from django import template
from django.conf import settings
from django.template.loader import render_to_string
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
