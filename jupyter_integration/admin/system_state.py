"""Page /admin/hub/: alerts with their remedies, and the state of the system, for staff on call."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jupyter_integration.failures.catalogue import explain
from jupyter_integration.monitoring.alerts import alerts_of
from jupyter_integration.monitoring.system_state import (
    STATISTICS_PERIOD,
    SystemState,
    read_system_state,
)

PART_NAMES = {
    "worker": gettext_lazy("Default worker"),
    "spawn_worker": gettext_lazy("Spawn worker"),
    "beat": gettext_lazy("Scheduler"),
}


@require_safe
@never_cache
@permission_required("jupyter_integration.view_spawnrequest", raise_exception=True)
def show_system_state(request: HttpRequest) -> HttpResponse:
    state = read_system_state()
    context = {
        **admin.site.each_context(request),
        "title": _("System status"),
        "state": state,
        "alerts": alerts_of(state),
        "now": timezone.now(),
        "parts": [
            (PART_NAMES[part.name], part.name.replace("_", "-"), part) for part in state.parts
        ],
        "reasons": _reasons(state),
        "hour_ago": (timezone.now() - STATISTICS_PERIOD).isoformat(timespec="seconds"),
    }
    return render(request, "admin/system_state.html", context)


def _reasons(state: SystemState) -> list[tuple[str, str, int]]:
    """Return code, title and count of each kind of failure in the last hour."""
    return [
        (code, str(explain(code, reference="").title), count)
        for code, count in state.last_hour.reasons
    ]
