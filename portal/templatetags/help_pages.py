"""Link to a help page, with its title."""

from django import template

from portal.help_pages import HELP_PAGES, Topic

register = template.Library()

_TITLES = {page.topic: page.title for page in HELP_PAGES}


@register.inclusion_tag("help_pages/_link.html")
def help_link(topic: Topic | str) -> dict[str, object]:
    """Render the link below a failure or the reason of a stop."""
    return {"topic": topic, "title": _TITLES[Topic(topic)]}
