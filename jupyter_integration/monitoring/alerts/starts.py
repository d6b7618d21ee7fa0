"""Alerts about starts that fail, and starts that wait for long."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jupyter_integration.failures.catalogue import explain
from jupyter_integration.failures.staff_advice import advise
from jupyter_integration.monitoring.alerts.ages import age, age_text
from jupyter_integration.monitoring.alerts.alert import Alert, Severity
from jupyter_integration.monitoring.system_state import SystemState
from portal.persian.numbers import number

LONG_WAIT = timedelta(minutes=5)
MANY_FAILURES = 5


def start_alerts(state: SystemState) -> Iterator[Alert]:
    hour, queue = state.last_hour, state.queue
    ended = hour.ready + hour.failed
    if hour.failed >= MANY_FAILURES and hour.failed * 4 >= ended:
        code = hour.reasons[0][0]
        advice = advise(code, reference="S…", hub_username="…")
        sentence = _(
            "%(failed)s of the last %(ended)s starts failed. Most frequent reason: %(reason)s"
        )
        yield Alert(
            Severity.CRITICAL if hour.failed * 2 >= ended else Severity.WARNING,
            sentence
            % {
                "failed": number(hour.failed),
                "ended": number(ended),
                "reason": explain(code, reference="").title,
            },
            str(advice.sentence),
            advice.command if "…" not in advice.command else "",
            f"state__exact=failed&failure_code__exact={code}",
        )
    can_move = state.part("spawn_worker").is_alive and not state.hub.is_unavailable
    if can_move and queue.waiting_since is not None and age(queue.waiting_since) > LONG_WAIT:
        sentence = ngettext(
            "%(count)s person has been waiting for a server for %(span)s.",
            "%(count)s people are waiting for a server; the first has waited for %(span)s.",
            queue.waiting,
        )
        remedy = _(
            "%(used)s of %(slots)s slots are in use. If starts are slow, read JupyterHub's log; "
            "if the host can run more starts at once, raise the setting below."
        )
        yield Alert(
            Severity.WARNING,
            sentence % {"count": number(queue.waiting), "span": age_text(queue.waiting_since)},
            remedy % {"used": number(queue.in_flight), "slots": number(queue.slots)},
            f"SPAWN_SLOTS={queue.slots}",
            "state__exact=queued",
        )
