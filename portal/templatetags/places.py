"""Addresses inside a person's Lab, as that person would name them."""

from urllib.parse import unquote, urlsplit

from django import template

register = template.Library()


@register.filter
def place_in_lab(path: str) -> str:
    """The part of /user/NAME/… that says where in the Lab it leads: lab/tree/درس یک.ipynb."""
    parts = unquote(urlsplit(path).path).split("/", 3)
    return parts[3] if len(parts) == 4 and parts[1] == "user" else unquote(path)
