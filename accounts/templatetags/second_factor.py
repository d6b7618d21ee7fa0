"""Template filters of second factors."""

from django import template

from accounts.second_factor import rules

register = template.Library()

register.filter(rules.needs_factor)
register.filter(rules.is_last_factor)


@register.filter
def in_groups(code: str) -> str:
    """Return a code or secret as people read it: groups of four characters."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))
