"""Template filters for the heading and the icon of a server's state."""

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from jupyter_integration.server_states import (
    HEADING_WHILE_CHECKING,
    HEADINGS,
    ICON_WHILE_CHECKING,
    ICONS,
    ServerState,
)
from jupyter_integration.status.server_status import ServerStatus
from portal.templatetags.icons import icon

register = template.Library()


@register.filter
def state_heading(status: ServerStatus) -> str | Promise:
    """Return the state in a few words; for a failed start, the failure's title."""
    if status.state is ServerState.FAILED and status.failure is not None:
        return status.failure.title
    if status.checking:
        return HEADING_WHILE_CHECKING
    return HEADINGS[status.state]


@register.filter
def state_icon(status: ServerStatus) -> SafeString:
    return icon(ICON_WHILE_CHECKING if status.checking else ICONS[status.state])
