"""Signed messages between portal and Hub: through the browser, and from server to server.

Both have WEBHOOK_SECRET. Each message names its direction (`aud`, `type`), so neither side can be
given back its own. jupyter_integration/hub/signed.py is the portal's half.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256

import jwt
from standardwebhooks import Webhook, WebhookVerificationError

SIGN_OUT_LIFETIME = timedelta(hours=1)
"""Long, since clocks may differ. It only ever signs out the account that it names."""

TO_PORTAL = "portal:sign-out"
TO_HUB = "hub:sign-out"
END_SESSIONS = "sessions.end"

IDS_KEPT_FOR = timedelta(minutes=11)
"""Standard Webhooks allows five minutes in each direction."""


class MessageRefused(Exception):
    """The message is not the portal's, is too old, or is malformed."""


def sign_out_request(secret: str, account: str) -> str:
    """Return the proof that this browser is signed in to the Hub as `account`, for the portal."""
    claims = {"aud": TO_PORTAL, "accounts": [account], "exp": _expiry()}
    return jwt.encode(claims, _key(secret), algorithm="HS256")


def signed_out_accounts(secrets: Sequence[str], proof: str) -> frozenset[str]:
    """Return the accounts that the portal signed out in this browser; none without its proof."""
    for secret in secrets:
        try:
            claims = jwt.decode(
                proof,
                _key(secret),
                algorithms=["HS256"],
                audience=TO_HUB,
                leeway=SIGN_OUT_LIFETIME,
                options={"require": ["exp", "aud"]},
            )
        except jwt.PyJWTError:
            continue
        return frozenset(map(str, claims.get("accounts", ())))
    return frozenset()


class EndSessionsMessages:
    """Reader of the portal's requests to end a user's sessions; each message counts once."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._webhooks = [Webhook(secret) for secret in secrets]
        self._seen: dict[str, float] = {}

    def read(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """Return the user's name; None if the message was read before. Raises MessageRefused."""
        if not any(self._is_signed_by(webhook, headers, body) for webhook in self._webhooks):
            raise MessageRefused("no valid signature of the last five minutes")
        try:
            message = json.loads(body)
            kind, name = message["type"], message["data"]["username"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise MessageRefused("malformed") from error
        if kind != END_SESSIONS or not isinstance(name, str):
            raise MessageRefused("another kind of message")
        return name if self._is_new(headers["webhook-id"]) else None

    def _is_signed_by(self, webhook: Webhook, headers: Mapping[str, str], body: bytes) -> bool:
        try:
            webhook.verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            return False
        return True

    def _is_new(self, message_id: str) -> bool:
        now = time.monotonic()
        oldest = now - IDS_KEPT_FOR.total_seconds()
        self._seen = {known: at for known, at in self._seen.items() if at > oldest}
        if message_id in self._seen:
            return False
        self._seen[message_id] = now
        return True


def _expiry() -> int:
    return int(time.time() + SIGN_OUT_LIFETIME.total_seconds())


def _key(secret: str) -> bytes:
    """Return a key as long as HS256 wants it: a secret may have as few as 24 bytes."""
    return sha256(base64.b64decode(secret.removeprefix("whsec_"))).digest()
