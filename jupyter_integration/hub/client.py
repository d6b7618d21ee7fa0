"""Client of the Hub's REST API: one method per endpoint, without HTTP in its interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from jupyter_integration.hub import progress
from jupyter_integration.hub.errors import HubBadRequest, HubConflict, HubProtocolError
from jupyter_integration.hub.resources import (
    JSON,
    HubUser,
    ProgressEvent,
    read_user,
    read_user_page,
    read_version,
)
from jupyter_integration.hub.responses import ALREADY_RUNNING
from jupyter_integration.hub.signed import end_sessions_message
from jupyter_integration.hub.start_limiter import StartLimiter
from jupyter_integration.hub.transport import HubTransport

# The Hub holds these calls for up to its slow_stop_timeout (10 s by default), and for a second more
# if it has to interrupt a start first.
STOP_CALL_TIMEOUT: Final = timedelta(seconds=15)

MAX_CONCURRENT_STARTS: Final = 4
START_MAX_WAIT: Final = timedelta(seconds=0.2)
"""The Hub handles start calls one after the other, in about 0.1 s each (with slow_spawn_timeout
near 0). When a class starts together, its calls wait here and not at the Hub, where all other calls
would wait behind them. A Hub that holds each start call for long (10 s without that setting) gets
the next one after START_MAX_WAIT, up to MAX_CONCURRENT_STARTS at a time.
"""


class HubClient:
    """The Hub's REST API. Every method may raise any HubError; `Raises:` lists the specific ones.

    Names are those of the Hub, not of the portal. One client serves all threads of a process.
    """

    def __init__(self, transport: HubTransport) -> None:
        self._transport = transport
        self._start_limiter = StartLimiter(limit=MAX_CONCURRENT_STARTS, max_wait=START_MAX_WAIT)

    def __repr__(self) -> str:
        return f"<HubClient over {self._transport!r}>"

    def close(self) -> None:
        """Close all idle connections."""
        self._transport.close()

    @property
    def is_blocked(self) -> bool:
        """Whether the circuit breaker would refuse calls now; makes no call to the Hub."""
        return self._transport.is_blocked

    def get_version(self) -> str:
        """Return the Hub's version: the cheapest proof that it answers."""
        return self._transport.request("GET", "/", expected={200}).read(read_version)

    def check(self) -> None:
        """Return when the Hub answers a read that needs its database and our token.

        The call is not retried: the health check is periodic.
        """
        self._transport.request(
            "GET", "/users", params={"limit": 1}, expected={200}, is_repeatable=False
        )

    def get_user(self, name: str) -> HubUser:
        """Return a user and the state of their server.

        Raises:
            HubNotFound: the Hub has no such user.
        """
        return self._transport.request("GET", _user_path(name), expected={200}).read(read_user)

    def create_user(self, name: str) -> HubUser:
        """Create a user without administrator rights.

        Raises:
            HubConflict: the user exists; the Hub cannot know whether it is ours.
            HubBadRequest: the Hub does not accept the name.
        """
        return self._transport.request(
            "POST", _user_path(name), json={"admin": False}, expected={200, 201}
        ).read(read_user)

    def delete_user(self, name: str) -> None:
        """Stop the user's server and remove the user with all their tokens.

        Cancel a start with `stop_server` before: otherwise the Hub fails and keeps both.

        Raises:
            HubNotFound: the Hub has no such user.
            HubConflict: the server is still stopping; retry.
            HubServerError: the server is starting.
        """
        self._transport.request(
            "DELETE",
            _user_path(name),
            expected={204},
            timeout=self._stop_timeout(),
            concerns_one_server=True,
        )

    def end_sessions(self, name: str, *, secrets: Sequence[str]) -> None:
        """Void the user's cookies and tokens in all browsers; not those of the running server.

        `secrets` sign the call: the token that makes the other calls may not do this one.

        Raises:
            HubNotFound: the Hub has no such user.
            HubUnauthorized: another secret, or clocks that differ by more than five minutes.
        """
        body, headers = end_sessions_message(secrets, name)
        self._transport.request(
            "POST", "/portal/end-sessions", json=body, headers=headers, expected={204}
        )

    def list_users(self, *, state: str | None = None, page_size: int = 200) -> Iterator[HubUser]:
        """Yield all users, or those whose server is `active`, `ready` or `inactive`.

        The list is read a page at a time while users are created and deleted. A deletion shifts the
        rest, so a user missing from the list may still exist: check with `get_user`.
        """
        offset: int | None = 0
        while offset is not None:
            params: dict[str, str | int] = {"offset": offset, "limit": page_size}
            if state is not None:
                params["state"] = state
            reply = self._transport.request(
                "GET",
                "/users",
                params=params,
                # Without it the Hub returns a bare list, cut at its page size without notice.
                headers={"Accept": "application/jupyterhub-pagination+json"},
                expected={200},
            )
            page = reply.read(read_user_page)
            yield from page.users
            if page.next_offset is not None and page.next_offset <= offset:
                raise reply.call.failure(
                    HubProtocolError, "the next page is not a later one", status=reply.status
                )
            offset = page.next_offset

    def start_turn(self) -> AbstractContextManager[None]:
        """Limit concurrent calls of `start_server` between the threads of this process.

        Entering the context waits for a turn (see StartLimiter); leaving it lets the next thread
        go. `start_server` itself does not wait: a caller of many starts wraps each one.

            with hub.start_turn():
                hub.start_server(name)
        """
        return self._start_limiter.turn()

    def start_server(self, name: str, user_options: Mapping[str, JSON] | None = None) -> None:
        """Start the user's server; return as well if it runs or starts already.

        The call is sent at once, inside or outside of a `start_turn`. The outcome is read by
        `follow_progress` or `get_user`: the status of the Hub's response does not show it. A hook
        of the Hub can refuse with any status.

        Raises:
            HubNotFound: the Hub has no such user.
            HubConflict: the server is still stopping.
            HubThrottled: the Hub's limit of starts or of servers is reached.
            HubServerError: the start failed at once; `follow_progress` may yield the reason.
        """
        try:
            self._transport.request(
                "POST",
                _user_path(name, "/server"),
                # Always with options: otherwise the Hub uses those of the last start.
                json={"user_options": dict(user_options or {})},
                expected={201, 202},
                concerns_one_server=True,
            )
        except HubConflict as conflict:
            if not conflict.hub_message.endswith(ALREADY_RUNNING):
                raise

    def stop_server(self, name: str) -> bool:
        """Stop the user's server, or cancel its start; return whether it has stopped already.

        Cancelling takes the Hub a second. A second call in that time returns True at once. A new
        start in that time is ended as well if it is quick, and otherwise goes on.

        Raises:
            HubNotFound: the Hub has no such user.
            HubServerError: another start arrived during a cancel.
        """
        reply = self._transport.request(
            "DELETE",
            _user_path(name, "/server"),
            expected={202, 204},
            timeout=self._stop_timeout(),
            concerns_one_server=True,
        )
        return reply.status == 204

    def follow_progress(
        self,
        name: str,
        *,
        read_timeout: float = 30.0,
        on_keepalive: Callable[[], None] | None = None,
    ) -> Iterator[ProgressEvent]:
        """Yield the events of a start; the last one is ready or failed.

        The call is made at the first `next`, and closing the iterator closes its connection.
        `read_timeout` is in seconds. While nothing happens the Hub sends an empty line every 8
        seconds: `on_keepalive` is called then, and may raise to stop.

        Trust the Lab and not the last event: during a cancel the Hub sends "ready" to followers,
        and shows the server as ready until the cancelling call ends.

        Raises:
            HubNotStarting: there is no start to follow, or no such user.
            HubUnreachable, HubTimeout: the stream broke or timed out; the start may go on.
        """
        return progress.follow(
            self._transport,
            _user_path(name, "/server/progress"),
            read_timeout=read_timeout,
            on_keepalive=on_keepalive,
        )

    def _stop_timeout(self) -> float:
        return max(STOP_CALL_TIMEOUT.total_seconds(), self._transport.read_timeout)


def _user_path(name: str, below: str = "") -> str:
    """Return the path of this user.

    Names that would reach another path are refused: HTTP libraries resolve "." and ".." even when
    percent-encoded, and an empty name is the list.
    """
    try:
        encoded = quote(name, safe="")
    except UnicodeEncodeError:
        encoded = ""
    if encoded in ("", ".", ".."):
        raise HubBadRequest("no user of the Hub can have this name", path="/users/")
    return f"/users/{encoded}{below}"
