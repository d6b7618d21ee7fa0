"""Template filter for the icons of Django's admin, whose texts are English in its code."""

import re

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

register = template.Library()

_ICON = re.compile(r'alt="(True|False|None)"')


@register.filter
def translate_icons(html: SafeString) -> SafeString:
    """Return the HTML with Yes, No and Unknown, in the reader's language, as texts of icons."""
    words = {"True": gettext("Yes"), "False": gettext("No"), "None": gettext("Unknown")}
    # What people wrote is escaped: it has no such attribute.
    return mark_safe(_ICON.sub(lambda icon: f'alt="{words[icon[1]]}"', html))  # noqa: S308
