"""Paths inside a user's Lab, as shown to that user."""

from urllib.parse import unquote, urlsplit

from django import template

register = template.Library()


@register.filter
def place_in_lab(path: str) -> str:
    """Return the path after /user/NAME/, decoded: lab/tree/درس یک.ipynb."""
    parts = unquote(urlsplit(path).path).split("/", 3)
    return parts[3] if len(parts) == 4 and parts[1] == "user" else unquote(path)
