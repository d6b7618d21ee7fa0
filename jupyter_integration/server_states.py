"""States of a server: the enum, and the heading and icon of each on a page."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ServerState(StrEnum):
    STOPPED = "stopped"
    QUEUED = "queued"
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"
    FAILED = "failed"
    UNKNOWN = "unknown"


HEADINGS: dict[ServerState, str | Promise] = {
    ServerState.STOPPED: _("Your server is stopped"),
    ServerState.QUEUED: _("Your start is in the queue"),
    ServerState.STARTING: _("Your server is starting"),
    ServerState.READY: _("Your server is ready"),
    ServerState.STOPPING: _("Your server is stopping"),
    ServerState.FAILED: _("The start failed"),
    ServerState.UNKNOWN: _("Error connecting to JupyterHub"),
}
HEADING_WHILE_CHECKING = _("Checking")

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
