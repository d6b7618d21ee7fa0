"""Alerts about the portal's own processes and the cache."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from jupyter_integration.monitoring.alerts.alert import Alert, Severity
from jupyter_integration.monitoring.alerts.commands import restart
from jupyter_integration.monitoring.system_state import SystemState


def cache_alerts(state: SystemState) -> Iterator[Alert]:
    if not state.cache_answers:
        yield Alert(
            Severity.CRITICAL,
            _(
                "The cache is not responding: "
                "servers cannot be opened, and this page is incomplete."
            ),
            _("Restart it. All requests are kept and continue."),
            restart("redis"),
        )


def part_alerts(state: SystemState) -> Iterator[Alert]:
    if not state.cache_answers:  # it holds the heartbeats
        return
    silent = [part.name for part in state.parts if not part.is_alive]
    if len(silent) == len(state.parts):
        yield Alert(
            Severity.CRITICAL,
            _("The workers and the scheduler are not responding: no request is processed."),
            _("Restart them, the scheduler first: it asks the workers for their heartbeats."),
            restart("beat", "worker", "spawn-worker"),
        )
        return
    if "spawn_worker" in silent:
        yield Alert(
            Severity.CRITICAL,
            _("The spawn worker is not responding: new starts wait in the queue."),
            _("Restart it. It resumes the starts that were in progress."),
            restart("spawn-worker"),
        )
    if "worker" in silent:
        yield Alert(
            Severity.CRITICAL,
            _(
                "The default worker is not responding: "
                "servers are not stopped, pages are not updated."
            ),
            _("Restart it. No request is lost."),
            restart("worker"),
        )
    if "beat" in silent:
        yield Alert(
            Severity.WARNING,
            _("The scheduler (beat) is not responding: lost tasks are not retried."),
            _("Restart it."),
            restart("beat"),
        )
