"""Alert about help requests that nobody is mailed about."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from jupyter_integration.monitoring.alerts.alert import Alert, Severity
from jupyter_integration.monitoring.system_state import SystemState


def support_alerts(state: SystemState) -> Iterator[Alert]:
    if not state.has_support_recipients:
        yield Alert(
            Severity.WARNING,
            _("Nobody gets an email about support requests: they are only listed here."),
            _(
                "Set the setting below to the support staff's address, "
                "or give an administrator an email address."
            ),
            "SUPPORT_EMAIL=support@example.ir",
        )
