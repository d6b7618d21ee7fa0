"""Help pages for students: their addresses, titles and order.

The text of a page is long, so it is written once in each language, in templates/help_pages/.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Topic(StrEnum):
    """Last part of a page's address. Links lead to it: never change one."""

    FIRST_STEPS = "first-steps"
    FILES = "files"
    PACKAGES = "packages"
    PERSIAN_PLOTS = "persian-plots"
    WHY_IT_STOPPED = "why-it-stopped"
    WHAT_IS_KEPT = "what-is-kept"
    PHONES = "phones"


@dataclass(frozen=True, slots=True)
class HelpPage:
    topic: Topic
    title: Promise
    summary: Promise
    icon: str


HELP_PAGES = (
    HelpPage(
        Topic.FIRST_STEPS,
        _("First steps"),
        _("Start your server, write your first notebook, end your work."),
        "play",
    ),
    HelpPage(
        Topic.FILES,
        _("Upload and download files"),
        _("From your device to your server and back, whole folders too."),
        "upload",
    ),
    HelpPage(
        Topic.PACKAGES,
        _("Install packages"),
        _("With one line in a notebook, on a closed network too."),
        "box",
    ),
    HelpPage(
        Topic.PERSIAN_PLOTS,
        _("Plots with Persian text"),
        _("Titles and labels come out right by themselves."),
        "chart",
    ),
    HelpPage(
        Topic.WHY_IT_STOPPED,
        _("Why did my server stop?"),
        _("Unused, out of memory, stopped by an administrator: what to do."),
        "pause",
    ),
    HelpPage(
        Topic.WHAT_IS_KEPT,
        _("What is kept, and what is not"),
        _("Files, packages, running code, and a full storage space."),
        "disk",
    ),
    HelpPage(
        Topic.PHONES,
        _("Work on a phone"),
        _("Open a notebook, run it and read it on a small screen."),
        "phone",
    ),
)
