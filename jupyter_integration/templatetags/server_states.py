"""How a server's state looks on a page: its heading and its drawing."""

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jupyter_integration.server_status import ServerState, ServerStatus
from portal.templatetags.parts import icon

register = template.Library()

_HEADINGS: dict[ServerState, str | Promise] = {
    ServerState.STOPPED: _("Your server is stopped"),
    ServerState.QUEUED: _("Your start is in the queue"),
    ServerState.STARTING: _("Your server is starting"),
    ServerState.READY: _("Your server is ready"),
    ServerState.STOPPING: _("Your server is stopping"),
    ServerState.FAILED: _("The start failed"),
    ServerState.UNKNOWN: _("Error connecting to JupyterHub"),
}
_CHECKING = _("Checking")
ICONS = {
    ServerState.STOPPED: "moon",
    ServerState.QUEUED: "clock",
    ServerState.STARTING: "dots",
    ServerState.READY: "check",
    ServerState.STOPPING: "stop",
    ServerState.FAILED: "warning",
    ServerState.UNKNOWN: "unplugged",
}
ICON_WHILE_CHECKING = "question"


@register.filter
def state_heading(status: ServerStatus) -> str | Promise:
    """What is so in a few words; of a failed start, what failed."""
    if status.state is ServerState.FAILED and status.failure is not None:
        return status.failure.title
    if status.checking:
        return _CHECKING
    return _HEADINGS[status.state]


@register.filter
def state_icon(status: ServerStatus) -> SafeString:
    return icon(ICON_WHILE_CHECKING if status.checking else ICONS[status.state])
