"""Icons of the portal's pages, drawn from one SVG sprite: static/portal/icons.svg."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# Arrows point the way that the text runs: buttons.css mirrors these on a page from right to left.
DIRECTED = frozenset({"back", "forward", "leave", "open"})


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return the icon of this name; it takes its size and colour from the text around it."""
    css_class = "icon icon--directed" if name in DIRECTED else "icon"
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css_class,
        static("portal/icons.svg"),
        name,
    )
