"""REST API of the fake Hub, without HTTP: from a request to a response."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from standardwebhooks import Webhook, WebhookVerificationError

from jupyter_integration.testing.fake_hub_state import FakeUser, Progress, Spawn

# Scopes that a scope implies, as far as this API checks them.
_IMPLIED = {
    "admin:users": ("read:users", "list:users", "delete:users", "read:users:name"),
    "servers": ("read:servers", "start:servers", "delete:servers"),
    "list:users": ("read:users:name",),
    "read:users": ("read:users:name",),
}
_ACTIVE = ("spawn", "cancelling", "ready", "stop")
_ANY_READING = ("read:users", "read:users:name", "read:servers")


@dataclass(frozen=True)
class Request:
    """An HTTP request."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Response:
    """A response; with `text` instead of `data` it is not the Hub's own.

    `later` computes the response after `wait` seconds, for which the Hub holds the call.
    """

    status: int
    data: Any = None
    text: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    progress: Progress | None = None
    wait: float = 0.0
    later: Callable[[], Response] | None = None


Handler: TypeAlias = Callable[[str, Request, set[str]], Response]


class Refusal(Exception):
    """Ends a request with an error of the Hub."""

    def __init__(self, status: int, message: str | None, **headers: str) -> None:
        super().__init__(message)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.response = Response(status, {"status": status, "message": message}, headers=named)


@dataclass
class FakeHubApi:
    """Users, scripts and limits, and the Hub's responses about them."""

    tokens: dict[str, tuple[str, ...]]
    users: dict[str, FakeUser] = field(default_factory=dict)
    scripts: dict[str, Spawn] = field(default_factory=dict)
    default_script: Spawn = field(default_factory=Spawn)
    concurrent_spawn_limit: int | None = None
    active_server_limit: int | None = None
    slow_spawn_timeout: float = 0.0
    portal_secret: str = ""
    ended_sessions: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        """Answer one request below /hub/api, with the statuses and messages of a real Hub."""
        parts = urlsplit(request.target)
        path = parts.path.removeprefix("/hub/api")
        if path == "/":
            return Response(200, {"version": "6.1.1"})
        try:
            if path == "/portal/end-sessions":
                return self._end_sessions(request)
            granted = self._granted(request)
            if path == "/users":
                return self._list(request, granted, parse_qs(parts.query))
            return self._about_user(request, granted, path)
        except Refusal as refusal:
            return refusal.response

    def _end_sessions(self, request: Request) -> Response:
        """Answer as jupyterhub/end_sessions_page.py, which is not the Hub's own."""
        try:
            Webhook(self.portal_secret).verify(
                request.body.decode(), dict(request.headers), json_parse=False
            )
        except WebhookVerificationError:
            raise Refusal(403, "no valid signature of the last five minutes") from None
        name = json.loads(request.body)["data"]["username"]
        self._user(name)
        self.ended_sessions.append(name)
        return Response(204)

    def _about_user(self, request: Request, granted: set[str], path: str) -> Response:
        found = re.fullmatch(r"/users/([^/]+)(/server|/server/progress)?", path)
        if found is None:
            raise Refusal(404, None)
        routes: dict[tuple[str | None, str], tuple[tuple[str, ...], Handler]] = {
            (None, "GET"): (_ANY_READING, self._get_user),
            (None, "POST"): (("admin:users",), self._create_user),
            (None, "DELETE"): (("delete:users",), self._delete_user),
            ("/server", "POST"): (("start:servers",), self._start),
            ("/server", "DELETE"): (("delete:servers",), self._stop),
            ("/server/progress", "GET"): (("read:servers",), self._progress),
        }
        route = routes.get((found[2], request.method))
        if route is None:
            raise Refusal(405, None)
        needed, handler = route
        _require(granted, *needed)
        return handler(unquote(found[1]), request, granted)

    def _granted(self, request: Request) -> set[str]:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() not in ("token", "bearer") or token not in self.tokens:
            raise Refusal(403, "Missing or invalid credentials.")
        granted = set(self.tokens[token])
        for scope in self.tokens[token]:
            granted.update(_IMPLIED.get(scope, ()))
        return granted

    def _user(self, name: str) -> FakeUser:
        if name not in self.users:
            raise Refusal(404, None)
        user = self.users[name]
        user.settle()
        return user

    def _list(self, request: Request, granted: set[str], query: dict[str, list[str]]) -> Response:
        _require(granted, "list:users")
        state = query.get("state", [""])[0]
        phases = {
            "": None,
            "active": _ACTIVE,
            "ready": ("ready", "cancelling"),
            "inactive": ("failed", "stopped"),
        }
        if state not in phases:
            raise Refusal(400, f"Unrecognized state filter: {state!r}")
        wanted = phases[state]
        found = [user for user in self.users.values() if not wanted or user.settle() in wanted]
        offset = int(query.get("offset", ["0"])[0])
        limit = min(200, int(query.get("limit", ["50"])[0]))
        page = [
            {**user.model(with_servers="read:servers" in granted), "auth_state": None}
            for user in found[offset : offset + limit]
        ]
        if "jupyterhub-pagination" not in request.headers.get("Accept", ""):
            return Response(200, page)
        following: dict[str, Any] | None = None
        if offset + limit < len(found):
            # A real Hub's address of itself, which a client may not reach.
            url = f"http://hub.invalid/hub/api/users?limit={limit}&offset={offset + limit}"
            following = {"offset": offset + limit, "limit": limit, "url": url}
        pages = {"offset": offset, "limit": limit, "total": len(found), "next": following}
        return Response(200, {"items": page, "_pagination": pages})

    def _get_user(self, name: str, request: Request, granted: set[str]) -> Response:
        return Response(200, self._user(name).model(with_servers="read:servers" in granted))

    def _create_user(self, name: str, request: Request, granted: set[str]) -> Response:
        if name in self.users:
            raise Refusal(409, f"User {name} already exists")
        if name != name.strip() or "/" in name:
            raise Refusal(400, f"Failed to create user: {name}")
        self.users[name] = FakeUser(name)
        return Response(201, self.users[name].model(with_servers="read:servers" in granted))

    def _delete_user(self, name: str, request: Request, granted: set[str]) -> Response:
        user = self._user(name)
        phase = user.settle()
        if phase == "spawn":
            # The Hub fails while a start is pending; user and start remain.
            raise Refusal(500, "Internal Server Error")
        if user.server is not None and phase == "ready":
            user.server.stop_began = time.monotonic()
        if user.settle() == "stop":
            raise Refusal(400, f"{name}'s server is in the process of stopping, please wait.")
        del self.users[name]
        return Response(204)

    def _start(self, name: str, request: Request, granted: set[str]) -> Response:
        user = self._user(name)
        options = _user_options(request.body)
        phase = user.settle()
        user.is_in_memory = True
        if phase == "spawn":
            return Response(202)
        if phase == "stop":
            raise Refusal(400, f"{name} is pending stop")
        if phase == "ready":
            raise Refusal(400, f"{name} is already running")
        self._respect_limits()
        # After a failure the real Hub takes its status from the old server object.
        accepted = Response(202 if user.failure is None else 201)
        spawn = self.scripts.get(name, self.default_script)
        server = user.begin(spawn, options)
        if spawn.seconds >= self.slow_spawn_timeout:
            return replace(accepted, wait=self.slow_spawn_timeout)

        def ended() -> Response:
            if server.phase() != "failed":
                return Response(201)
            # Only the progress stream has the reason of an ordinary failure.
            has_own_message = spawn.status != 500
            message = spawn.fails if has_own_message else "Internal Server Error"
            return Refusal(spawn.status, message).response

        return Response(200, wait=spawn.seconds, later=ended)

    def _respect_limits(self) -> None:
        phases = [user.settle() for user in self.users.values()]
        limit = self.concurrent_spawn_limit
        if limit is not None and phases.count("spawn") >= limit:
            wait = random.randint(30, 60)  # noqa: S311
            rounded = -(-wait // 10) * 10
            raise Refusal(
                429,
                f"Too many users trying to log in right now. Try again in {rounded} seconds.",
                Retry_After=str(wait),
            )
        limit = self.active_server_limit
        if limit is not None and sum(p in _ACTIVE for p in phases) >= limit:
            raise Refusal(429, "Active user limit exceeded. Try again in a few minutes.")

    def _stop(self, name: str, request: Request, granted: set[str]) -> Response:
        user = self._user(name)
        user.is_in_memory = True
        if user.server is None:
            return Response(204)
        phase = user.server.phase()
        if phase == "spawn":
            user.server.cancelling = True

            def cancelled() -> Response:
                # Acts on the user's current server, perhaps of a new start.
                if user.settle() == "spawn":
                    return Refusal(500, "Internal Server Error").response
                if user.server is not None:
                    user.server.ended = True
                return Response(204)

            return Response(200, wait=user.server.spawn.cancel_seconds, later=cancelled)
        if phase == "ready":
            user.server.stop_began = time.monotonic()
        return Response(202 if user.settle() == "stop" else 204)

    def _progress(self, name: str, request: Request, granted: set[str]) -> Response:
        user = self._user(name)
        if not user.is_in_memory:
            raise Refusal(404, None)
        phase = user.settle()
        if phase == "stop" or (phase == "stopped" and user.failure is None):
            raise Refusal(400, f"{name} is not starting...")
        return Response(200, progress=Progress(user))


def _require(granted: set[str], *any_of: str) -> None:
    if granted.isdisjoint(any_of):
        needed = ", ".join(any_of)
        raise Refusal(
            403, f"Action is not authorized with current scopes; requires any of [{needed}]"
        )


def _user_options(body: bytes) -> dict[str, Any]:
    data = json.loads(body) if body else {}
    if not isinstance(data, dict):
        raise Refusal(400, "Body must be a JSON object")
    options = data.get("user_options", data)
    if options is not None and not isinstance(options, dict):
        raise Refusal(400, "user_options must be an object or null")
    return options or {}
