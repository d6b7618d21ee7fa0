"""Fake Hub with state, over real HTTP, whose starts follow scripts.

    with FakeHub(token="...") as hub:
        hub.add_user("sara")
        hub.script("sara", Spawn(seconds=0.1, fails="no image"))
        ...
        assert hub.calls == ["POST /users/sara/server", "GET /users/sara"]

The contract tests compare it with a real JupyterHub: change it only together with them.
"""

from __future__ import annotations

import json
import threading
import time
from types import TracebackType
from typing import Literal, Self

from jupyter_integration.testing.fake_hub_api import FakeHubApi, Request, Response
from jupyter_integration.testing.fake_hub_server import HttpHandler, Listener
from jupyter_integration.testing.fake_hub_state import (
    HUB_HOST,
    FakeUser,
    Phase,
    Progress,
    Spawn,
)

__all__ = ["FakeHub", "Spawn"]

PORTAL_SCOPES = ("admin:users", "servers")


class FakeHub:
    """A Hub, the proxy in front of it, and the users' servers behind that.

    `api_url` is the Hub's own address and `proxy_url` that of the proxy. The proxy and the users'
    servers go on while the Hub is down.
    """

    def __init__(
        self,
        *,
        token: str = "fake-hub-token",  # noqa: S107
        scopes: tuple[str, ...] = PORTAL_SCOPES,
        keepalive: float = 8.0,
        webhook_secret: str = "whsec_ZmFrZSBodWIncyBzZWNyZXQgb2Ygd2ViaG9va3M=",  # noqa: S107
    ) -> None:
        self.token = token
        self.calls: list[str] = []
        self.webhook_secret = webhook_secret
        self._api = FakeHubApi({token: scopes}, portal_secret=webhook_secret)
        self._keepalive = keepalive
        # One lock for all state; it also wakes the followers of a progress.
        self._changed = threading.Condition()
        self._state: Literal["up", "starting", "down"] = "up"
        self._throttled: Response | None = None
        self._delay = 0.0
        self._lost_answers = 0
        self._cut_after: int | None = None
        self._hub = Listener(self._respond_from_hub)
        self._proxy = Listener(self._respond_from_proxy)

    def __enter__(self) -> Self:
        self._hub.open()
        self._proxy.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._changed:
            self._state = "down"
            self._changed.notify_all()
        self._hub.close()
        self._proxy.close()

    @property
    def api_url(self) -> str:
        """The address of the API at the Hub itself."""
        return f"http://127.0.0.1:{self._hub.port}/hub/api"

    @property
    def proxy_url(self) -> str:
        """The address of the proxy, in front of the users' servers and the Hub."""
        return f"http://127.0.0.1:{self._proxy.port}"

    @property
    def users(self) -> dict[str, FakeUser]:
        """The users by name."""
        return self._api.users

    @property
    def ended_sessions(self) -> list[str]:
        """The users whose sessions were ended, one entry for each call."""
        return self._api.ended_sessions

    def add_token(self, token: str, *scopes: str) -> None:
        """Accept one more token."""
        self._api.tokens[token] = scopes

    def add_user(self, name: str) -> None:
        """Create a user without a call."""
        with self._changed:
            self._api.users[name] = FakeUser(name)

    def script(self, name: str, spawn: Spawn) -> None:
        """Set the script of this user's next starts."""
        self._api.scripts[name] = spawn

    def script_all(self, spawn: Spawn) -> None:
        """Set the script of next starts for users without a script of their own."""
        self._api.default_script = spawn

    def phase(self, name: str) -> Phase:
        """Return the real state of the user's server, also where the API shows another."""
        with self._changed:
            phase = self._api.users[name].settle()
            return "stopped" if phase == "failed" else phase

    def start_behind_the_portal(self, name: str) -> None:
        """Start a server without a call."""
        with self._changed:
            self._api.users[name].begin(Spawn(seconds=0), {})
            self._changed.notify_all()

    def kill_server(self, name: str) -> None:
        """End a server, as if culled or out of memory."""
        with self._changed:
            server = self._api.users[name].server
            if server is not None:
                server.ended = True
            self._changed.notify_all()

    def down(self) -> None:
        """Stop the Hub: connections are refused, the proxy answers 503, pending starts are lost."""
        self._stop("down")

    def starting(self) -> None:
        """Be a starting Hub: as `down`, but the proxy has no route to it yet (404)."""
        self._stop("starting")

    def up(self) -> None:
        """Start the Hub again, on the same port."""
        with self._changed:
            self._state = "up"
        self._hub.open()

    def limit(self, *, concurrent_spawns: int | None = None, servers: int | None = None) -> None:
        """Limit pending starts and servers, as the Hub's settings do."""
        self._api.concurrent_spawn_limit = concurrent_spawns
        self._api.active_server_limit = servers

    @property
    def slow_spawn_timeout(self) -> float:
        """Seconds that a POST waits for the end of the start; near 0 in the product."""
        return self._api.slow_spawn_timeout

    @slow_spawn_timeout.setter
    def slow_spawn_timeout(self, seconds: float) -> None:
        self._api.slow_spawn_timeout = seconds

    def throttle(self, retry_after: int | None = None) -> None:
        """Refuse every start with 429."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        message = "Too many users trying to log in right now."
        self._throttled = Response(429, {"status": 429, "message": message}, headers=headers)

    def unthrottle(self) -> None:
        """Accept starts again."""
        self._throttled = None

    def delay(self, seconds: float) -> None:
        """Delay every response by `seconds`; 0 ends it."""
        self._delay = seconds

    def lose_answers(self, count: int = 1) -> None:
        """Execute the next `count` changes, and close the connection instead of a response."""
        self._lost_answers = count

    def cut_progress(self, after: int | None) -> None:
        """End every progress stream after so many events; None ends it."""
        self._cut_after = after

    def _stop(self, state: Literal["starting", "down"]) -> None:
        with self._changed:
            self._state = state
            for user in self._api.users.values():
                is_ready = user.settle() == "ready"
                if user.server is not None and not is_ready:
                    user.server.ended = True
                user.failure, user.is_in_memory = None, False
            self._changed.notify_all()
        self._hub.pause()

    def _respond_from_hub(self, handler: HttpHandler, request: Request) -> None:
        """Answer a request at the Hub."""
        path = request.target.split("?")[0].removeprefix("/hub/api")
        self.calls.append(f"{request.method} {path}")
        if self._delay:
            time.sleep(self._delay)
        with self._changed:
            starts = request.method == "POST" and path.endswith("/server")
            response = (starts and self._throttled) or self._api.answer(request)
            self._changed.notify_all()
            lost = self._lost_answers > 0 and request.method != "GET"
            self._lost_answers -= lost
        time.sleep(response.wait)
        if response.later is not None:
            with self._changed:
                response = response.later()
                self._changed.notify_all()
        if lost:
            handler.hang_up()
        elif response.progress is not None:
            self._send_progress(handler, response.progress)
        else:
            _write(handler, response)

    def _respond_from_proxy(self, handler: HttpHandler, request: Request) -> None:
        """Answer a request at the proxy: from a user's server, otherwise from the Hub."""
        path = request.target.split("?")[0]
        with self._changed:
            state = self._state
            host = request.headers.get("Host")
            user = next(
                (u for u in self._api.users.values() if host == u.host and path.startswith(u.path)),
                None,
            )
            ready = user is not None and user.settle() == "ready"
            answers = user is not None and user.server is not None and user.server.lab_answers()
        if ready:
            text = None if answers else "Service Unavailable"
            _write(handler, Response(503 if text else 200, {"version": "2.21.1"}, text))
        elif state == "starting":
            _write(handler, Response(404, text="Not Found"))
        elif state == "down":
            _write(handler, Response(503, text="Service Unavailable"))
        elif path.startswith("/hub/api"):
            self._respond_from_hub(handler, request)
        else:
            headers = {"Location": f"http://{HUB_HOST}/hub{path}"}
            _write(handler, Response(302, text="", headers=headers))

    def _send_progress(self, handler: HttpHandler, progress: Progress) -> None:
        handler.begin_stream("text/event-stream")
        handler.write_chunk(b"\n\n")
        sent = 0
        last_sent_at = time.monotonic()
        while True:
            with self._changed:
                events, complete = progress.so_far()
                gone = self._state != "up"
            if gone:  # a stopped Hub sends nothing more
                handler.hang_up()
                return
            for event in events[sent : self._cut_after]:
                handler.write_chunk(f"data: {json.dumps(event)}\n\n".encode())
                sent, last_sent_at = sent + 1, time.monotonic()
            if sent == self._cut_after:
                handler.hang_up()
                return
            if complete:
                handler.write_chunk(b"")
                return
            if time.monotonic() - last_sent_at >= self._keepalive:
                handler.write_chunk(b"\n\n")
                last_sent_at = time.monotonic()
            with self._changed:
                self._changed.wait(0.01)


def _write(handler: HttpHandler, response: Response) -> None:
    if response.text is not None:
        # As from the proxy: without a content type.
        handler.write(response.status, None, response.text.encode(), response.headers)
    elif response.data is None:
        handler.write(response.status, "text/plain", b"", response.headers)
    else:
        body = json.dumps(response.data).encode()
        handler.write(response.status, "application/json", body, response.headers)
