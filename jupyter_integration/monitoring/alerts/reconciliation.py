"""Alerts about differences between portal and Hub."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jupyter_integration.monitoring.alerts.ages import age, age_text
from jupyter_integration.monitoring.alerts.alert import Alert, Severity
from jupyter_integration.monitoring.alerts.commands import manage
from jupyter_integration.monitoring.system_state import SystemState
from portal.persian.numbers import number

MUCH_DRIFT = 20
MAX_RECONCILIATION_AGE = timedelta(minutes=2)


def reconciliation_alerts(state: SystemState) -> Iterator[Alert]:
    servers, users = state.report.unknown_servers, state.report.unknown_users
    if servers is not None and servers.count:
        sentence = ngettext(
            "JupyterHub runs %(count)s server that belongs to no portal account.",
            "JupyterHub runs %(count)s servers that belong to no portal account.",
            servers.count,
        )
        yield Alert(
            Severity.INFO,
            sentence % {"count": number(servers.count)},
            _(
                "The portal does not touch them. "
                "Link their users to accounts, or stop them in JupyterHub."
            ),
            manage("adopt_hub_users"),
        )
    elif users is not None and users.count:
        sentence = ngettext(
            "JupyterHub has %(count)s user without a portal account.",
            "JupyterHub has %(count)s users without a portal account.",
            users.count,
        )
        yield Alert(
            Severity.INFO,
            sentence % {"count": number(users.count)},
            _(
                "The portal does not touch them. "
                "If a person with an account owns one, link the two."
            ),
            manage("adopt_hub_users"),
        )
    if state.report.drift_today >= MUCH_DRIFT:
        sentence = _("Today %(count)s servers differed from the recorded state and were corrected.")
        yield Alert(
            Severity.INFO,
            sentence % {"count": number(state.report.drift_today)},
            _("Do JupyterHub's events reach the portal? If not, JupyterHub's log says so."),
        )
    if servers is not None and state.hub_answers and age(servers.as_of) > MAX_RECONCILIATION_AGE:
        sentence = _("The servers have not been compared with JupyterHub for %(span)s.")
        yield Alert(
            Severity.WARNING,
            sentence % {"span": age_text(servers.as_of)},
            _("The default worker's log says why. Pages may show outdated server states."),
        )
