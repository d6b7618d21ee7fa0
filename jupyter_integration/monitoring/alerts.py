"""Alerts for staff about the Hub and the portal's processes, the most severe first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jupyter_integration.failures.catalogue import explain
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.failures.staff_advice import advise
from jupyter_integration.monitoring.refused_events import RefusalCause
from jupyter_integration.monitoring.system_state import SystemState
from portal.persian.dates import MINUTE, duration
from portal.persian.numbers import number
from portal.persian.sizes import size
from portal.persian.text import ltr

LONG_WAIT = timedelta(minutes=5)
MANY_FAILURES = 5
MUCH_DRIFT = 20
MAX_RECONCILIATION_AGE = timedelta(minutes=2)


class Severity(IntEnum):
    """Effect on people who want to work now; the lowest value is the most severe."""

    CRITICAL = 1
    WARNING = 2
    INFO = 3


@dataclass(frozen=True, slots=True)
class Alert:
    """One problem, in the reader's language. `command` can be pasted into a shell unchanged."""

    severity: Severity
    sentence: str
    remedy: str
    command: str = ""
    query: str = ""
    """Query string that filters the list of starts to those that the alert is about."""


def alerts_of(state: SystemState) -> list[Alert]:
    """Return the alerts, the most severe first; an empty list when all is well."""
    alerts = [
        *_cache(state),
        *_hub(state),
        *_events(state),
        *_parts(state),
        *_starts(state),
        *_disk(state),
        *_reconciliation(state),
    ]
    return sorted(alerts, key=lambda alert: alert.severity)


def _cache(state: SystemState) -> Iterator[Alert]:
    if not state.cache_answers:
        yield Alert(
            Severity.CRITICAL,
            _(
                "The cache is not responding: "
                "servers cannot be opened, and this page is incomplete."
            ),
            _("Restart it. All requests are kept and continue."),
            _restart("redis"),
        )


def _hub(state: SystemState) -> Iterator[Alert]:
    if state.hub.away_since is not None:
        sentence = _(
            "JupyterHub has not responded for %(span)s: no server can be started or opened."
        )
        yield Alert(
            Severity.CRITICAL,
            sentence % {"span": _span(state.hub.away_since)},
            _("Find the cause and restart it. Queued starts then continue by themselves."),
            _restart("jupyterhub"),
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


def _events(state: SystemState) -> Iterator[Alert]:
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
            sentence % {"span": _span(refused.since), "setting": setting},
            remedy % {"setting": setting},
            _restart("jupyterhub"),
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
        sentence % {"span": _span(refused.since), "difference": difference},
        _(
            "Until then pages do not say why a server stopped, and show it later. "
            "Set the clocks of both hosts. More than five minutes are refused."
        ),
        "timedatectl",
    )


def _parts(state: SystemState) -> Iterator[Alert]:
    if not state.cache_answers:  # it holds the heartbeats
        return
    silent = [part.name for part in state.parts if not part.is_alive]
    if len(silent) == len(state.parts):
        yield Alert(
            Severity.CRITICAL,
            _("The workers and the scheduler are not responding: no request is processed."),
            _("Restart them, the scheduler first: it asks the workers for their heartbeats."),
            _restart("beat", "worker", "spawn-worker"),
        )
        return
    if "spawn_worker" in silent:
        yield Alert(
            Severity.CRITICAL,
            _("The spawn worker is not responding: new starts wait in the queue."),
            _("Restart it. It resumes the starts that were in progress."),
            _restart("spawn-worker"),
        )
    if "worker" in silent:
        yield Alert(
            Severity.CRITICAL,
            _(
                "The default worker is not responding: "
                "servers are not stopped, pages are not updated."
            ),
            _("Restart it. No request is lost."),
            _restart("worker"),
        )
    if "beat" in silent:
        yield Alert(
            Severity.WARNING,
            _("The scheduler (beat) is not responding: lost tasks are not retried."),
            _("Restart it."),
            _restart("beat"),
        )


def _starts(state: SystemState) -> Iterator[Alert]:
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
    if can_move and queue.waiting_since is not None and _age(queue.waiting_since) > LONG_WAIT:
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
            sentence % {"count": number(queue.waiting), "span": _span(queue.waiting_since)},
            remedy % {"used": number(queue.in_flight), "slots": number(queue.slots)},
            f"SPAWN_SLOTS={queue.slots}",
            "state__exact=queued",
        )


def _disk(state: SystemState) -> Iterator[Alert]:
    disk = state.disk
    if disk is not None and (disk.is_nearly_full or disk.is_low):
        sentence = (
            _(
                "The disk is nearly full: %(free)s of %(total)s are free. "
                "A full disk stops everything."
            )
            if disk.is_nearly_full
            else _("The disk is filling up: %(free)s of %(total)s are free.")
        )
        yield Alert(
            Severity.CRITICAL if disk.is_nearly_full else Severity.WARNING,
            sentence % {"free": size(disk.free), "total": size(disk.total)},
            _(
                "See what uses it, and remove what is not needed: "
                "old images, old backups, large homes."
            ),
            _disk_usage(),
        )
    elif disk is not None and disk.is_low_on_files:
        yield Alert(
            Severity.WARNING,
            _("The disk can hold few more files, although it has space."),
            _("Find the home with very many files."),
            _disk_usage(),
        )
    if state.home_size is None and not settings.TRIAL:
        yield Alert(
            Severity.INFO,
            _("Homes have no size limit: one person can fill the disk for all."),
            _(
                "Set the setting below once the disk of homes has quotas; "
                "the operating manual explains how."
            ),
            "HOME_SIZE=5G",
        )


def _reconciliation(state: SystemState) -> Iterator[Alert]:
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
            _manage("adopt_hub_users"),
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
            _manage("adopt_hub_users"),
        )
    if state.report.drift_today >= MUCH_DRIFT:
        sentence = _("Today %(count)s servers differed from the recorded state and were corrected.")
        yield Alert(
            Severity.INFO,
            sentence % {"count": number(state.report.drift_today)},
            _("Do JupyterHub's events reach the portal? If not, JupyterHub's log says so."),
        )
    if servers is not None and state.hub_answers and _age(servers.as_of) > MAX_RECONCILIATION_AGE:
        sentence = _("The servers have not been compared with JupyterHub for %(span)s.")
        yield Alert(
            Severity.WARNING,
            sentence % {"span": _span(servers.as_of)},
            _("The default worker's log says why. Pages may show outdated server states."),
        )


def _age(moment: datetime) -> timedelta:
    return timezone.now() - moment


def _span(since: datetime) -> str:
    return duration(_age(since))


def _restart(*parts: str) -> str:
    if settings.TRIAL:
        names = " ".join(f"portal:{part}" for part in parts)
        return f".venv/bin/supervisorctl -c var/run/supervisord.conf restart {names}"
    return f"docker compose restart {' '.join(parts)}"


def _disk_usage() -> str:
    return "du -sh var/* var/homes/*" if settings.TRIAL else "docker system df --verbose"


def _manage(command: str) -> str:
    if settings.TRIAL:
        return f".venv/bin/python manage.py {command}"
    return f"docker compose exec portal python manage.py {command}"
