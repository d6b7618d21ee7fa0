"""Fields of the admin page of a start: cause, resolver, advice, and the related rows."""

from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from jupyter_integration.failures.staff_advice import advise, log_command
from jupyter_integration.models import HelpRequest, HubEvent, SpawnRequest
from portal.persian.dates import moment

LATE_EVENTS = timedelta(seconds=30)
"""How long after the end of a start an event of the Hub still counts as part of it."""

MAX_EVENTS = 20


def show_cause(start: SpawnRequest) -> SafeString | str:
    """Return the title and the cause that the user sees."""
    if not start.failure_code:
        return "-"
    failure = start.failure
    return format_html("<strong>{}</strong><br>{}", failure.title, failure.cause)


def show_resolver(start: SpawnRequest) -> SafeString | str:
    """Return the sentence about who can resolve the failure."""
    return str(start.failure.resolved_by.sentence) if start.failure_code else "-"


def show_advice(start: SpawnRequest) -> SafeString | str:
    """Return the advice for staff with its command."""
    if not start.failure_code:
        return "-"
    advice = advise(
        start.failure_code, reference=start.reference, hub_username=start.user.hub_username
    )
    return format_html("{}<br>{}", advice.sentence, as_code(advice.command))


def show_log_command(start: SpawnRequest) -> SafeString:
    """Return the command that finds every log line of the start."""
    return as_code(log_command(start.reference))


def show_hub_message(start: SpawnRequest) -> SafeString | str:
    """Return the Hub's message unchanged."""
    return as_code(start.message) if start.message else _("none")


def show_help_requests(start: SpawnRequest) -> SafeString | str:
    """Return links to the support requests about this start."""
    links = format_html_join(
        " · ",
        '<a href="{}"><bdi dir="ltr">{}</bdi></a>',
        (
            (reverse("admin:jupyter_integration_helprequest_change", args=[row.pk]), row.reference)
            for row in HelpRequest.objects.filter(spawn_request=start)
        ),
    )
    return links or _("none")


def show_events(start: SpawnRequest) -> SafeString | str:
    """Return the Hub's events about the user's server during the start."""
    events = HubEvent.objects.filter(
        hub_username=start.user.hub_username,
        happened_at__range=(start.created_at, (start.finished_at or timezone.now()) + LATE_EVENTS),
    ).order_by("happened_at")
    lines = format_html_join(
        mark_safe("<br>"),
        "{} · {}",
        ((moment(event.happened_at), event.get_kind_display()) for event in events[:MAX_EVENTS]),
    )
    return lines or _("none")


def show_others(start: SpawnRequest) -> SafeString:
    """Return a link to all starts of the same user."""
    address = reverse("admin:jupyter_integration_spawnrequest_changelist")
    return format_html(
        '<a href="{}?{}"><bdi dir="ltr">{}</bdi></a>',
        address,
        urlencode({"user__id__exact": start.user_id}),
        start.user.username,
    )


def as_code(text: str) -> SafeString:
    """Return `text` as code: left to right and not translated."""
    return format_html('<code dir="ltr">{}</code>', text)
