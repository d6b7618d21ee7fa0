"""Copy of what the portal stores about a person, for that person."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils import timezone

from accounts.audit_log import Event, record
from accounts.models import User
from jupyter_integration.models import HelpMessage, HelpRequest, HubEvent, SpawnRequest, StopRequest

ACCOUNT = ("username", "first_name", "last_name", "email", "language", "hub_username")
TIMES = ("date_joined", "last_login", "hub_user_created_at")


def copy_personal_data(*, user: User) -> dict[str, Any]:
    """Return it as values of JSON; times are ISO 8601 in UTC. Passwords and keys are left out."""
    record(Event.DATA_COPIED, user=user)
    mine = {"user": user}
    return {
        "copied_at": timezone.now().isoformat(),
        "account": {name: getattr(user, name) for name in ACCOUNT}
        | {name: _time(getattr(user, name)) for name in TIMES}
        | {"groups": [str(group) for group in user.groups.all()]},
        "addresses": _rows(EmailAddress.objects.filter(**mine), "email", "primary", "verified"),
        "second_factors": _rows(
            Authenticator.objects.filter(**mine), "type", "created_at", "last_used_at"
        ),
        "sessions": _rows(
            UserSession.objects.filter(**mine), "ip", "user_agent", "created_at", "last_seen_at"
        ),
        "starts": _rows(
            SpawnRequest.objects.filter(**mine),
            *("state", "created_at", "posted_at", "finished_at"),
            *("failure_code", "message", "next_path"),
        ),
        "stops": _rows(StopRequest.objects.filter(**mine), "created_at", "finished_at", "stopped"),
        "support_requests": _rows(
            HelpRequest.objects.filter(**mine),
            *("id", "created_at", "words", "server_state", "failure_code", "hub_words"),
            *("browser", "language", "answered_at", "closed_at"),
        ),
        "support_messages": _rows(
            HelpMessage.objects.filter(help_request__user=user),
            *("help_request_id", "is_from_staff", "text", "created_at", "read_at"),
        ),
        "jupyterhub_events": _rows(
            HubEvent.objects.filter(hub_username=user.hub_username),
            *("kind", "happened_at", "received_at", "exit_status", "reason", "message"),
            "last_activity",
        ),
        "files": (
            "Your files are not in this copy. Download them in JupyterLab: pack the folder with "
            "`tar czf home.tar.gz --exclude=home.tar.gz .` in a terminal, then download that file."
        ),
    }


def _rows(rows: Any, *names: str) -> list[dict[str, Any]]:
    values = rows.order_by("pk").values(*names)
    return [{name: _plain(value) for name, value in row.items()} for row in values]


def _plain(value: Any) -> Any:
    return _time(value) if isinstance(value, datetime) else value


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
