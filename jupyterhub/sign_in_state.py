"""State of sign-ins that a browser has begun: small cookies, and no more than a few of them.

The proxy refuses requests with more than 16 KiB of headers. Without a limit, a browser that
restores its tabs, or a bookmark that is tried often, would fill them for an hour.
"""

from __future__ import annotations

import json
import time
import zlib
from datetime import timedelta
from typing import Any

from jupyterhub.handlers.base import BaseHandler
from oauthenticator.oauth2 import STATE_COOKIE_NAME, _deserialize_state, _serialize_state
from session_tokens import own_cookie_name

# The time a person has on the portal's sign-in page.
SIGN_IN_TIMEOUT = timedelta(hours=1)
MAX_SIGN_INS = 5
LONGEST_ADDRESS = 2000
"""Characters, as in the portal's lab_paths.py. A longer one is not opened after the sign-in."""


def _prefix(handler: BaseHandler) -> str:
    return own_cookie_name(handler, f"{STATE_COOKIE_NAME}-")


def cookie_name(handler: BaseHandler, state: str) -> str:
    """Return the name of the cookie of one sign-in. `state` is the parameter of OAuth."""
    state_id = str(_deserialize_state(state).get("state_id", ""))
    return f"{_prefix(handler)}{state_id if state_id.isalnum() else ''}"


def store(handler: BaseHandler, state: str) -> None:
    """Set the cookie of a new sign-in, and clear the oldest ones."""
    _clear_oldest(handler)
    content = _deserialize_state(state)
    if len(content.get("next_url") or "") > LONGEST_ADDRESS:
        content["next_url"] = None
    handler._set_cookie(
        cookie_name(handler, state),
        zlib.compress(json.dumps(content | {"at": time.time()}).encode(), 9),
        expires_days=SIGN_IN_TIMEOUT / timedelta(days=1),
    )


def take(handler: BaseHandler, state: str) -> str:
    """Return the stored state and clear its cookie; an empty text if there is none."""
    name = cookie_name(handler, state)
    content = _read(handler, name)
    handler.clear_cookie(name)
    return _serialize_state(content) if content else ""


def _clear_oldest(handler: BaseHandler) -> None:
    names = [name for name in handler.request.cookies if name.startswith(_prefix(handler))]
    names.sort(key=lambda name: (_read(handler, name) or {}).get("at", 0.0), reverse=True)
    for name in names[MAX_SIGN_INS - 1 :]:
        handler.clear_cookie(name)


def _read(handler: BaseHandler, name: str) -> dict[str, Any] | None:
    packed = handler.get_secure_cookie(name)
    if not packed:
        return None
    try:
        content: dict[str, Any] = json.loads(zlib.decompress(packed))
    except (zlib.error, ValueError):  # of a former release
        return None
    return content
