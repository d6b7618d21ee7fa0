"""Contact of the administrators (SUPPORT_CONTACT), with links for its addresses and numbers."""

import re

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from portal.persian.text import fold_digits

register = template.Library()

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
# With the area code, as phones dial it; a room has fewer digits.
_NUMBER = re.compile(r"\+?\d(?:[ \u200c()/–-]{0,2}\d){6,14}")
_LINKED = re.compile(f"({_ADDRESS.pattern}|{_NUMBER.pattern})")


@register.simple_tag
def support_contact() -> str:
    """Return the contact in the reader's language as plain text, for mails; empty if none is set.

    It reads settings alone: the error pages show it too.
    """
    in_english: str = settings.SUPPORT_CONTACT_EN if get_language() == "en" else ""
    contact: str = in_english or settings.SUPPORT_CONTACT
    return contact.strip()


@register.simple_tag
def support_contact_links() -> SafeString:
    """Return the contact for a page; an e-mail address opens the mail program, a number dials."""
    # Every second part is a link.
    parts = _LINKED.split(support_contact())
    return format_html_join(
        "", "{}", ((_link(part) if position % 2 else part,) for position, part in enumerate(parts))
    )


def _link(text: str) -> SafeString:
    dialled = re.sub(r"[^0-9+]", "", fold_digits(text))
    target = f"mailto:{text}" if "@" in text else f"tel:{dialled}"
    return format_html('<a href="{}"><bdi dir="ltr">{}</bdi></a>', target, text)
