"""Errors of calls to the Hub, as one tree.

HubError
├─ HubUnavailable      the same call may succeed later
│  ├─ HubUnreachable   no connection, or one that broke
│  ├─ HubTimeout       connected, but no answer in time
│  ├─ HubServerError   the Hub answered that it failed (5xx)
│  ├─ HubStarting      the proxy answers, the Hub behind it does not yet
│  └─ HubCircuitOpen   not sent, since the circuit breaker is open; retry_after is set
├─ HubThrottled        too many starts, or too many servers (429)
├─ HubRejected         the same request will be refused again
│  ├─ HubBadRequest    the Hub does not accept what we sent (400)
│  ├─ HubUnauthorized  our token is wrong, or lacks a scope (401, 403)
│  ├─ HubNotFound      the Hub is up and has no such user (404)
│  └─ HubConflict      the state of the user or server forbids it (409, "pending stop")
│     └─ HubNotStarting    the server is not starting: there is no progress to follow
└─ HubProtocolError    a response outside of the Hub's contract

After a HubUnavailable the Hub may have acted or not: read before a retry.
"""

from __future__ import annotations


class HubError(Exception):
    """A call to the Hub failed. `retry_after` is in seconds; no attribute holds a secret."""

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        path: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
        hub_message: str = "",
    ) -> None:
        # Only `message` is positional and the rest has defaults, so that copies and pickles work.
        super().__init__(message)
        self.method = method
        self.path = path
        self.status = status
        self.retry_after = retry_after
        self.request_id = request_id
        self.hub_message = hub_message
        """The Hub's own message, in English: for logs and staff, not for users."""


class HubUnavailable(HubError):
    """The Hub cannot answer now; the same call may succeed later."""


class HubUnreachable(HubUnavailable):
    """No connection to the Hub, or one that broke before the answer was complete."""


class HubTimeout(HubUnavailable):
    """The Hub accepted the connection and did not answer in time."""


class HubServerError(HubUnavailable):
    """The Hub answered that it failed itself, or that a server failed to start at once."""


class HubStarting(HubUnavailable):
    """A proxy answered instead of the Hub, or the Hub has not checked its servers yet."""


class HubCircuitOpen(HubUnavailable):
    """The call was not sent, since the circuit breaker is open for another `retry_after`."""


class HubThrottled(HubError):
    """The Hub starts no more servers now; `retry_after` is None if the Hub sends none."""


class HubRejected(HubError):
    """The Hub understood and refused; the same call will be refused again."""


class HubBadRequest(HubRejected):
    """The Hub does not accept what was sent, for example the user's name."""


class HubUnauthorized(HubRejected):
    """The Hub does not know our token, or the token lacks a scope that the message names."""


class HubNotFound(HubRejected):
    """The Hub itself answers that it has no such user."""


class HubConflict(HubRejected):
    """The user exists already, or the server is in a state that forbids the call."""


class HubNotStarting(HubConflict):
    """There is no start whose progress could be followed."""


class HubProtocolError(HubError):
    """The response is not a Hub's: a broken body, a redirect, an unknown status."""
