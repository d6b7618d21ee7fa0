"""Values of the head of a page that come from the settings."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def portal_url() -> str:
    """Return the portal's address: programs that show a link need whole addresses."""
    return str(settings.PORTAL_URL)


@register.simple_tag
def offline_page_is_on() -> bool:
    """Return whether browsers show a page of ours while they cannot reach the portal."""
    return bool(settings.OFFLINE_PAGE)
