"""Alerts about a Hub that does not respond, or rejects the portal."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.failures.staff_advice import advise
from jupyter_integration.monitoring.alerts.ages import age_text
from jupyter_integration.monitoring.alerts.alert import Alert, Severity
from jupyter_integration.monitoring.alerts.commands import restart
from jupyter_integration.monitoring.system_state import SystemState


def hub_alerts(state: SystemState) -> Iterator[Alert]:
    if state.hub.away_since is not None:
        sentence = _(
            "JupyterHub has not responded for %(span)s: no server can be started or opened."
        )
        yield Alert(
            Severity.CRITICAL,
            sentence % {"span": age_text(state.hub.away_since)},
            _("Find the cause and restart it. Queued starts then continue by themselves."),
            restart("jupyterhub"),
        )
    elif state.hub.refused_at is not None:
        advice = advise(FailureCode.TOKEN_REFUSED, reference="", hub_username="")
        yield Alert(
            Severity.CRITICAL,
            _("JupyterHub rejects the portal's token: no server can be started or stopped."),
            str(advice.sentence),
            advice.command,
        )
    elif state.cache_answers and not state.hub_answers:
        yield Alert(
            Severity.WARNING,
            _("JupyterHub has not been checked for a while."),
            _("The default worker checks it every few seconds. Is the worker running?"),
        )
