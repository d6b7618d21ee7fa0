"""Signed messages between portal and Hub: through the browser, and from server to server.

Both have WEBHOOK_SECRET. Each message names its direction (`aud`, `type`), so neither side can be
given back its own. jupyterhub/portal_messages.py is the Hub's half.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import jwt
from standardwebhooks import Webhook

from jupyter_integration.hub.resources import JSON

SIGN_OUT_LIFETIME: Final = timedelta(hours=1)
"""Long, since clocks may differ. It only ever signs out the account that it names."""

TO_PORTAL: Final = "portal:sign-out"
TO_HUB: Final = "hub:sign-out"
END_SESSIONS: Final = "sessions.end"


def sign_out_proof(secrets: Sequence[str], accounts: Collection[str]) -> str:
    """Return the proof that these accounts signed out in the browser that carries it.

    `accounts` are names of the Hub. Without a secret there is no proof.
    """
    if not secrets:
        return ""
    expires_at = datetime.now(UTC) + SIGN_OUT_LIFETIME
    claims: dict[str, Any] = {"aud": TO_HUB, "accounts": sorted(accounts), "exp": expires_at}
    return jwt.encode(claims, _key(secrets[0]), algorithm="HS256")


def signed_in_accounts(secrets: Sequence[str], request: str) -> frozenset[str]:
    """Return the accounts that the Hub knows the browser as; none without its signature."""
    for secret in secrets:
        try:
            claims = jwt.decode(
                request,
                _key(secret),
                algorithms=["HS256"],
                audience=TO_PORTAL,
                leeway=SIGN_OUT_LIFETIME,
                options={"require": ["exp", "aud"]},
            )
        except jwt.PyJWTError:
            continue
        return frozenset(map(str, claims.get("accounts", ())))
    return frozenset()


def end_sessions_message(secrets: Sequence[str], name: str) -> tuple[JSON, Mapping[str, str]]:
    """Return body and headers of the request to end the sessions of the Hub user `name`."""
    now = datetime.now(UTC)
    message_id = f"msg_{uuid.uuid4().hex}"
    body: JSON = {
        "type": END_SESSIONS,
        "timestamp": now.isoformat(),
        "data": {"username": name},
    }
    text = json.dumps(body)  # as HubTransport writes it
    return body, {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(message_id, now, text) for secret in secrets
        ),
    }


def _key(secret: str) -> bytes:
    """Return a key as long as HS256 wants it: a secret may have as few as 24 bytes."""
    return sha256(base64.b64decode(secret.removeprefix("whsec_"))).digest()
