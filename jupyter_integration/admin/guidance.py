"""What the page of a failed start tells staff: why, who mends it, what to look at."""

from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from jupyter_integration.failures.staff_advice import advise, log_command
from jupyter_integration.models import HelpRequest, HubEvent, SpawnRequest
from portal.templatetags.persian import moment

AFTERWARDS = timedelta(seconds=30)
"""So long after its end, what the Hub tells still belongs to a start."""

MOST_EVENTS = 20


def show_cause(start: SpawnRequest) -> SafeString | str:
    """Return what the user was told."""
    if not start.failure_code:
        return "-"
    failure = start.failure
    return format_html("<strong>{}</strong><br>{}", failure.title, failure.cause)


def show_mender(start: SpawnRequest) -> SafeString | str:
    """Return who can mend it."""
    return str(start.failure.resolved_by.sentence) if start.failure_code else "-"


def show_advice(start: SpawnRequest) -> SafeString | str:
    """Return what to look at, with the command that shows it."""
    if not start.failure_code:
        return "-"
    advice = advise(
        start.failure_code, reference=start.reference, hub_username=start.user.hub_username
    )
    return format_html("{}<br>{}", advice.sentence, as_code(advice.command))


def show_log_command(start: SpawnRequest) -> SafeString:
    """Return the command that finds every log line of the start."""
    return as_code(log_command(start.reference))


def show_words(start: SpawnRequest) -> SafeString | str:
    """Return the Hub's words, as they came."""
    return as_code(start.message) if start.message else _("none")


def show_help_requests(start: SpawnRequest) -> SafeString | str:
    """Return links to what its user asked staff about it."""
    asked = format_html_join(
        " · ",
        '<a href="{}"><bdi dir="ltr">{}</bdi></a>',
        (
            (reverse("admin:jupyter_integration_helprequest_change", args=[row.pk]), row.reference)
            for row in HelpRequest.objects.filter(spawn_request=start)
        ),
    )
    return asked or _("none")


def show_events(start: SpawnRequest) -> SafeString | str:
    """Return what the Hub told of the user's server while the start was under way."""
    events = HubEvent.objects.filter(
        hub_username=start.user.hub_username,
        happened_at__range=(start.created_at, (start.finished_at or timezone.now()) + AFTERWARDS),
    ).order_by("happened_at")
    told = format_html_join(
        mark_safe("<br>"),
        "{} · {}",
        ((moment(event.happened_at), event.get_kind_display()) for event in events[:MOST_EVENTS]),
    )
    return told or _("none")


def show_others(start: SpawnRequest) -> SafeString:
    """Return the way to all starts of the same user."""
    address = reverse("admin:jupyter_integration_spawnrequest_changelist")
    return format_html(
        '<a href="{}?{}"><bdi dir="ltr">{}</bdi></a>',
        address,
        urlencode({"user__id__exact": start.user_id}),
        start.user.username,
    )


def as_code(text: str) -> SafeString:
    """Return text that runs from left to right and is not translated."""
    return format_html('<code dir="ltr" class="words">{}</code>', text)
