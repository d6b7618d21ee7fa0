"""Webhook client of a Hub: sends events as jupyterhub/portal_events.py does."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook

ADDRESS = "/hooks/jupyterhub/"


@dataclass(frozen=True, kw_only=True)
class SentEvent:
    """One event. Posted again it is the same event, as after a lost response."""

    kind: str
    username: str
    happened_at: datetime = field(default_factory=timezone.now)
    exit_status: int | None = None
    reason: str = ""
    message: str = ""
    last_activity: datetime | None = None
    id: str = field(default_factory=lambda: f"msg_{uuid.uuid4().hex}")

    @property
    def payload(self) -> dict[str, Any]:
        used = self.last_activity
        return {
            "type": self.kind,
            "timestamp": self.happened_at.isoformat(),
            "data": {
                "username": self.username,
                "server_name": "",
                "exit_status": self.exit_status,
                "reason": self.reason,
                "message": self.message,
                "last_activity": used.isoformat() if used else None,
            },
        }

    @property
    def body(self) -> str:
        return json.dumps(self.payload)


def post(event: SentEvent, *, secrets: Sequence[str] = (), sent_at: datetime | None = None) -> Any:
    """Post `event`, signed with the portal's own secrets unless others are given."""
    return post_raw(event.body, message_id=event.id, secrets=secrets, sent_at=sent_at)


def post_raw(
    body: str,
    *,
    message_id: str = "msg_1",
    secrets: Sequence[str] = (),
    sent_at: datetime | None = None,
    **headers: str,
) -> HttpResponse:
    """POST exactly this body with a valid signature; `headers` replace the usual ones."""
    now = (sent_at or datetime.now(UTC)).astimezone(UTC)
    signatures = [
        Webhook(secret).sign(message_id, now, body)
        for secret in secrets or settings.WEBHOOK_SECRETS
    ]
    signed = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    # The Hub is no browser: it has no cookies and no CSRF token.
    hub = Client(enforce_csrf_checks=True)
    return hub.post(ADDRESS, body, content_type="application/json", headers=signed | given)  # type: ignore[return-value]
