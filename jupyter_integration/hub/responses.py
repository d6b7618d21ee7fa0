"""Responses of the Hub: from status and body to an error."""

from __future__ import annotations

import email.utils
import json
import re
from datetime import UTC, datetime
from typing import cast

from jupyter_integration.hub.errors import (
    HubBadRequest,
    HubConflict,
    HubError,
    HubNotFound,
    HubNotStarting,
    HubProtocolError,
    HubServerError,
    HubStarting,
    HubThrottled,
    HubUnauthorized,
)
from jupyter_integration.hub.resources import JSON, BrokenResource

ALREADY_RUNNING = "is already running"

# The Hub answers 400 to all of these; only its message differs.
_STATES_THAT_FORBID: tuple[tuple[re.Pattern[str], type[HubError]], ...] = (
    (re.compile(rf"{ALREADY_RUNNING}$"), HubConflict),
    (re.compile(r"is pending \w+$"), HubConflict),
    (re.compile(r"is in the process of stopping, please wait\.$"), HubConflict),
    (re.compile(r"is not starting\.\.\.$"), HubNotStarting),
)
_MAX_MESSAGE_LENGTH = 500  # characters


def decode(body: bytes) -> JSON:
    """Decode a body; an empty one, as of 202 and 204, is None.

    Raises:
        BrokenResource: it is not JSON.
    """
    if not body:
        return None
    try:
        return cast(JSON, json.loads(body))
    except (ValueError, RecursionError):
        pass
    # Outside of `except`: the decoder's error quotes the body.
    raise BrokenResource("the body is not JSON")


def message_of(body: bytes) -> str | None:
    """Return the Hub's message from an error's body; None if the body is not the Hub's."""
    try:
        data = decode(body)
    except BrokenResource:
        return None
    if not isinstance(data, dict) or "message" not in data:
        return None
    message = data["message"]
    if not isinstance(message, str):
        return ""
    return "".join(letter for letter in message if letter.isprintable())[:_MAX_MESSAGE_LENGTH]


def error_class(
    status: int, message: str | None, *, missing: type[HubError] = HubNotFound
) -> type[HubError]:
    """Return the class of the error; `message` is None if the body is not the Hub's."""
    if status == 429:
        return HubThrottled
    if status in (401, 403):
        return HubUnauthorized
    if status in (404, 503) and message is None:
        # From the proxy: it has no route to a Hub that is starting, or the Hub does not answer.
        # As the Hub's own 404 it would mean that the user is gone.
        return HubStarting
    if status == 404:
        return missing
    if status == 409:
        return HubConflict
    if status == 400:
        for pattern, kind in _STATES_THAT_FORBID:
            if pattern.search(message or ""):
                return kind
        return HubBadRequest
    if 500 <= status <= 599:
        return HubServerError
    return HubProtocolError


def explain(status: int, kind: type[HubError], message: str | None) -> str:
    """Describe the error in one line, with the setting to check where there is one."""
    if kind is HubStarting:
        return (
            f"{status} from something else than the Hub: the Hub is starting or down, "
            "or JUPYTERHUB_API_URL does not end in the Hub's /hub/api"
        )
    if 300 <= status <= 399:
        return f"{status}: redirects are not followed; is JUPYTERHUB_API_URL the final address?"
    return f"{status} {message}".rstrip() if message else f"{status}"


def seconds_of(retry_after: str | None) -> float | None:
    """Return a Retry-After header in seconds; None if it is missing or malformed."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
