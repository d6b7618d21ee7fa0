"""Alerts for staff about the Hub and the portal's processes, the most severe first."""

from jupyter_integration.monitoring.alerts.alert import Alert
from jupyter_integration.monitoring.alerts.disk import disk_alerts
from jupyter_integration.monitoring.alerts.hub import hub_alerts
from jupyter_integration.monitoring.alerts.hub_events import event_alerts
from jupyter_integration.monitoring.alerts.parts import cache_alerts, part_alerts
from jupyter_integration.monitoring.alerts.reconciliation import reconciliation_alerts
from jupyter_integration.monitoring.alerts.starts import start_alerts
from jupyter_integration.monitoring.alerts.support import support_alerts
from jupyter_integration.monitoring.system_state import SystemState


def alerts_of(state: SystemState) -> list[Alert]:
    """Return the alerts, the most severe first; an empty list when all is well."""
    alerts = [
        *cache_alerts(state),
        *hub_alerts(state),
        *event_alerts(state),
        *part_alerts(state),
        *start_alerts(state),
        *disk_alerts(state),
        *reconciliation_alerts(state),
        *support_alerts(state),
    ]
    return sorted(alerts, key=lambda alert: alert.severity)
