"""What is wrong with the Hub and the parts around it, as sentences for staff: the worst first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jupyter_integration.failures.catalogue import FailureCode, explain
from jupyter_integration.failures.staff_advice import advise
from jupyter_integration.monitoring.system_state import SystemState
from portal.templatetags.persian import duration, number

LONG_IN_QUEUE = timedelta(minutes=5)
MANY_FAILED = 5
MUCH_DRIFT = 20
COMPARED_WITHIN = timedelta(minutes=2)


class Severity(IntEnum):
    """How much it matters to those who want to work now."""

    CRITICAL = 1
    WARNING = 2
    INFO = 3


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that is wrong, in the reader's language; `command` is to be pasted as it is."""

    severity: Severity
    sentence: str
    remedy: str
    command: str = ""
    query: str = ""
    """What leads the list of starts to those that are meant."""


def alerts_of(state: SystemState) -> list[Alert]:
    """Return what is wrong, the worst first; nothing when all is well."""
    found = [*_cache(state), *_hub(state), *_parts(state), *_starts(state), *_reconciliation(state)]
    return sorted(found, key=lambda alert: alert.severity)


def _cache(state: SystemState) -> Iterator[Alert]:
    if not state.cache_answers:
        yield Alert(
            Severity.CRITICAL,
            _("The cache does not answer: servers cannot be opened, and this page knows little."),
            _("Start it again. Whatever was asked for is kept and goes on."),
            _restart("redis"),
        )


def _hub(state: SystemState) -> Iterator[Alert]:
    if state.hub.away_since is not None:
        sentence = _(
            "JupyterHub has not answered for %(span)s: no server can be started or opened."
        )
        yield Alert(
            Severity.CRITICAL,
            sentence % {"span": _span(state.hub.away_since)},
            _("Look why, and start it again. Starts that wait in line then go on by themselves."),
            _restart("jupyterhub"),
        )
    elif state.hub.refused_at is not None:
        advice = advise(FailureCode.TOKEN_REFUSED, reference="", hub_username="")
        yield Alert(
            Severity.CRITICAL,
            _("JupyterHub refuses the token of the portal: no server can be started or stopped."),
            str(advice.sentence),
            advice.command,
        )
    elif state.cache_answers and not state.hub_answers:
        yield Alert(
            Severity.WARNING,
            _("Nobody has looked for a while whether JupyterHub answers."),
            _("The worker of all else does so every few seconds. Does it work?"),
        )


def _parts(state: SystemState) -> Iterator[Alert]:
    if not state.cache_answers:  # where the signs of life are
        return
    silent = [part.name for part in state.parts if not part.is_alive]
    if len(silent) == len(state.parts):
        yield Alert(
            Severity.CRITICAL,
            _("Neither the workers nor the clock has given a sign of life: nothing is worked on."),
            _("Start them again, the clock first: it is what asks the workers for such signs."),
            _restart("beat", "worker", "spawn-worker"),
        )
        return
    if "spawn_worker" in silent:
        yield Alert(
            Severity.CRITICAL,
            _("The worker of starts gives no sign of life: everybody who presses start waits."),
            _("Start it again. What it was in the middle of is taken up where it was."),
            _restart("spawn-worker"),
        )
    if "worker" in silent:
        yield Alert(
            Severity.CRITICAL,
            _("The worker of all else gives no sign of life: servers are not stopped, pages age."),
            _("Start it again. Nothing that was asked for is lost."),
            _restart("worker"),
        )
    if "beat" in silent:
        yield Alert(
            Severity.WARNING,
            _("The clock gives no sign of life: what gets lost is not found again."),
            _("Start it again."),
            _restart("beat"),
        )


def _starts(state: SystemState) -> Iterator[Alert]:
    hour, line = state.last_hour, state.line
    ended = hour.ready + hour.failed
    if hour.failed >= MANY_FAILED and hour.failed * 4 >= ended:
        code = hour.reasons[0][0]
        advice = advise(code, reference="S…", hub_username="…")
        sentence = _("%(failed)s of the last %(ended)s starts failed, most often: %(reason)s")
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
    if can_move and line.waiting_since is not None and _age(line.waiting_since) > LONG_IN_QUEUE:
        sentence = ngettext(
            "%(count)s person has waited for a server for %(span)s.",
            "%(count)s people wait for a server, the first for %(span)s.",
            line.waiting,
        )
        remedy = _(
            "%(used)s of %(slots)s slots are in use. If starts take long, look at the log of "
            "JupyterHub; if the host has room for more at once, raise the setting below."
        )
        yield Alert(
            Severity.WARNING,
            sentence % {"count": number(line.waiting), "span": _span(line.waiting_since)},
            remedy % {"used": number(line.in_flight), "slots": number(line.slots)},
            f"SPAWN_SLOTS={line.slots}",
            "state__exact=queued",
        )


def _reconciliation(state: SystemState) -> Iterator[Alert]:
    servers, users = state.report.unknown_servers, state.report.unknown_users
    if servers is not None and servers.count:
        sentence = ngettext(
            "%(count)s server runs on JupyterHub that belongs to no account of the portal.",
            "%(count)s servers run on JupyterHub that belong to no account of the portal.",
            servers.count,
        )
        yield Alert(
            Severity.INFO,
            sentence % {"count": number(servers.count)},
            _("The portal leaves them alone. Link their users with accounts, or stop them there."),
            _manage("adopt_hub_users"),
        )
    elif users is not None and users.count:
        sentence = ngettext(
            "JupyterHub has %(count)s user who belongs to no account of the portal.",
            "JupyterHub has %(count)s users who belong to no account of the portal.",
            users.count,
        )
        yield Alert(
            Severity.INFO,
            sentence % {"count": number(users.count)},
            _("The portal leaves them alone. Where one is a person's own, link it."),
            _manage("adopt_hub_users"),
        )
    if state.report.drift_today >= MUCH_DRIFT:
        sentence = _("Today %(count)s servers were not as the portal believed, and were put right.")
        yield Alert(
            Severity.INFO,
            sentence % {"count": number(state.report.drift_today)},
            _("Do the events of JupyterHub reach the portal? Its log says so if they do not."),
        )
    if servers is not None and state.hub_answers and _age(servers.as_of) > COMPARED_WITHIN:
        sentence = _("For %(span)s all servers have not been compared with JupyterHub.")
        yield Alert(
            Severity.WARNING,
            sentence % {"span": _span(servers.as_of)},
            _("The log of the worker says why. Pages may show servers as they were."),
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


def _manage(command: str) -> str:
    if settings.TRIAL:
        return f".venv/bin/python manage.py {command}"
    return f"docker compose exec portal python manage.py {command}"
