"""Alerts about the Hub's events that the portal refuses."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _

from jupyter_integration.monitoring.alerts.ages import age_text
from jupyter_integration.monitoring.alerts.alert import Alert, Severity
from jupyter_integration.monitoring.alerts.commands import restart
from jupyter_integration.monitoring.refused_events import RefusalCause
from jupyter_integration.monitoring.system_state import SystemState
from portal.persian.dates import MINUTE, duration
from portal.persian.text import ltr


def event_alerts(state: SystemState) -> Iterator[Alert]:
    refused = state.refused_events
    if refused is None:
        return
    if refused.cause == RefusalCause.SIGNATURE:
        sentence = _(
            "Events of JupyterHub have been refused for %(span)s: "
            "they are not signed with the portal's %(setting)s."
        )
        remedy = _(
            "Until then pages do not say why a server stopped, and show it later. "
            "Give both the same %(setting)s and restart them."
        )
        setting = ltr("WEBHOOK_SECRET")
        yield Alert(
            Severity.WARNING,
            sentence % {"span": age_text(refused.since), "setting": setting},
            remedy % {"setting": setting},
            restart("jupyterhub"),
        )
        return
    is_ahead = refused.hub_clock_ahead > timedelta(0)
    sentence = (
        _(
            "Events of JupyterHub have been refused for %(span)s: "
            "its clock is %(difference)s ahead of the portal's."
        )
        if is_ahead
        else _(
            "Events of JupyterHub have been refused for %(span)s: "
            "its clock is %(difference)s behind the portal's."
        )
    )
    minutes = round(abs(refused.hub_clock_ahead) / MINUTE)  # at least five: less is accepted
    difference = duration(minutes * MINUTE)
    yield Alert(
        Severity.WARNING,
        sentence % {"span": age_text(refused.since), "difference": difference},
        _(
            "Until then pages do not say why a server stopped, and show it later. "
            "Set the clocks of both hosts. More than five minutes are refused."
        ),
        "timedatectl",
    )
