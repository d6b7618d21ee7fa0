"""Table of scenarios: responses of a Hub, and outcomes of the client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubBadRequest,
    HubConflict,
    HubNotFound,
    HubNotStarting,
    HubServerError,
    HubThrottled,
    HubUnauthorized,
)
from jupyter_integration.hub.resources import JSON, STOPPED_SERVER, Server
from tests.contract import states
from tests.contract.outcomes import (
    Outcome,
    a_server,
    a_user_with,
    a_user_without_server,
    nothing,
    raises,
    still_stopping,
    stopped_now,
    the_version,
)
from tests.contract.states import State
from tests.contract.subjects import NEAR_ZERO, Behaviour, Token

Options: TypeAlias = dict[str, JSON]
ClientCall: TypeAlias = Callable[[HubClient, str, Options], object]

QUICK = Behaviour()
# Longer than any scripted start that a POST shall wait for.
LONG_SPAWN_TIMEOUT = 3.0  # seconds


@dataclass(frozen=True)
class Call:
    """One endpoint, as a request and as the client's method for it."""

    method: str
    path: str
    by_client: ClientCall


@dataclass(frozen=True)
class Scenario:
    """One row: a call in a state, and its outcome."""

    case: str
    state: State
    call: Call
    status: int | tuple[int, ...]
    outcome: Outcome
    # Part of the message in the Hub's JSON body; None if the response is no error.
    sentence: str | None = None
    # Bounds of the Retry-After header in seconds; None if there is none.
    retry_after: tuple[int, int] | None = None
    behaviour: Behaviour = QUICK
    slow_spawn_timeout: float = NEAR_ZERO
    concurrent_spawn_limit: int = 0
    active_server_limit: int = 0
    token: Token = "portal"


def _start(client: HubClient, name: str, options: Options) -> Server:
    """Start, and return the server as it is read afterwards, since the status does not show it."""
    client.start_server(name, options)
    return client.get_user(name).server or STOPPED_SERVER


VERSION = Call("GET", "/", lambda client, name, options: client.get_version())
GET = Call("GET", "/users/{}", lambda client, name, options: client.get_user(name))
CREATE = Call("POST", "/users/{}", lambda client, name, options: client.create_user(name))
DELETE = Call("DELETE", "/users/{}", lambda client, name, options: client.delete_user(name))
START = Call("POST", "/users/{}/server", _start)
STOP = Call("DELETE", "/users/{}/server", lambda client, name, options: client.stop_server(name))
PROGRESS = Call(
    "GET",
    "/users/{}/server/progress",
    lambda client, name, options: list(client.follow_progress(name)),
)
WRONG_LIST = Call(
    "GET",
    "/users?state=asleep",
    lambda client, name, options: list(client.list_users(state="asleep")),
)

MISSING = raises(HubNotFound)

SCENARIOS = (
    Scenario("the version", states.missing, VERSION, 200, the_version),
    # Users
    Scenario("create a user", states.missing, CREATE, 201, a_user_without_server),
    Scenario(
        "create a user who exists",
        states.idle,
        CREATE,
        409,
        raises(HubConflict),
        sentence="already exists",
    ),
    Scenario("read a user", states.idle, GET, 200, a_user_without_server),
    Scenario("read a missing user", states.missing, GET, 404, MISSING, sentence=""),
    Scenario("delete a user", states.idle, DELETE, 204, nothing),
    Scenario("delete a user who runs", states.running, DELETE, 204, nothing),
    Scenario("delete a missing user", states.missing, DELETE, 404, MISSING, sentence=""),
    Scenario(
        "delete a user who stops",
        states.stopping,
        DELETE,
        400,
        raises(HubConflict),
        sentence="in the process of stopping, please wait.",
    ),
    Scenario(
        "delete a user who starts",
        states.starting,
        DELETE,
        500,
        raises(HubServerError),
        sentence="Internal Server Error",
    ),
    Scenario(
        "list users of an unknown state",
        states.missing,
        WRONG_LIST,
        400,
        raises(HubBadRequest),
        sentence="Unrecognized state filter",
    ),
    # Tokens
    Scenario(
        "an unknown token",
        states.idle,
        GET,
        403,
        raises(HubUnauthorized),
        sentence="Missing or invalid credentials.",
        token="unknown",
    ),
    Scenario(
        "a token that may not create",
        states.missing,
        CREATE,
        403,
        raises(HubUnauthorized),
        sentence="[admin:users]",
        token="narrow",
    ),
    Scenario(
        "a token that may not start",
        states.idle,
        START,
        403,
        raises(HubUnauthorized),
        sentence="[start:servers]",
        token="narrow",
    ),
    # Starts
    Scenario(
        "a start that is slower than the Hub waits",
        states.idle,
        START,
        202,
        a_server(False, "spawn"),
        behaviour=states.SLOW,
    ),
    Scenario(
        "a start that is faster than the Hub waits",
        states.idle,
        START,
        201,
        a_server(True, None),
        slow_spawn_timeout=LONG_SPAWN_TIMEOUT,
    ),
    Scenario("start while starting", states.starting, START, 202, a_server(False, "spawn")),
    Scenario(
        "start while running",
        states.running,
        START,
        400,
        a_server(True, None),
        sentence="is already running",
    ),
    Scenario(
        "start while stopping",
        states.stopping,
        START,
        400,
        raises(HubConflict),
        sentence="is pending stop",
    ),
    Scenario("start for a missing user", states.missing, START, 404, MISSING, sentence=""),
    Scenario(
        "start again after a failure, with a status that claims more than is true",
        states.failed,
        START,
        201,
        a_server(False, "spawn"),
        behaviour=states.SLOW,
    ),
    Scenario("read a user who starts", states.starting, GET, 200, a_user_with(False, "spawn")),
    Scenario("read a user who runs", states.running, GET, 200, a_user_with(True, None)),
    Scenario("read a user who stops", states.stopping, GET, 200, a_user_with(False, "stop")),
    Scenario("read a user whose start failed", states.failed, GET, 200, a_user_without_server),
    Scenario(
        "a spawner that fails while the Hub waits",
        states.idle,
        START,
        500,
        raises(HubServerError),
        sentence="Internal Server Error",
        behaviour=Behaviour(fails="raise"),
        slow_spawn_timeout=LONG_SPAWN_TIMEOUT,
    ),
    Scenario(
        "a spawner that fails while the Hub does not wait",
        states.idle,
        START,
        202,
        a_server(False, None, stopped=True),
        behaviour=Behaviour(fails="raise"),
    ),
    Scenario(
        "a hook that refuses with its own status and message",
        states.idle,
        START,
        503,
        raises(HubServerError),
        sentence="No GPU left, sorry",
        behaviour=Behaviour(fails="policy"),
        slow_spawn_timeout=LONG_SPAWN_TIMEOUT,
    ),
    # Limits
    Scenario(
        "too many starts at once",
        states.idle_while_another_starts,
        START,
        429,
        raises(HubThrottled),
        sentence="Too many users trying to log in right now.",
        concurrent_spawn_limit=1,
        retry_after=(30, 60),
    ),
    Scenario(
        "too many servers",
        states.idle_while_another_runs,
        START,
        429,
        raises(HubThrottled),
        sentence="Active user limit exceeded.",
        active_server_limit=1,
    ),
    # Stops
    Scenario("stop", states.running, STOP, 204, stopped_now),
    Scenario("stop what does not run", states.idle, STOP, 204, stopped_now),
    Scenario(
        "stop what is slow to stop", states.running_and_slow_to_stop, STOP, 202, still_stopping
    ),
    Scenario("stop while stopping", states.stopping, STOP, 202, still_stopping),
    Scenario("stop for a missing user", states.missing, STOP, 404, MISSING, sentence=""),
    Scenario("cancel a start", states.starting, STOP, 204, stopped_now),
    # Progress
    Scenario(
        "progress of a server that was never started",
        states.idle,
        PROGRESS,
        (400, 404),
        raises(HubNotStarting),
        sentence="",
    ),
    Scenario(
        "progress of a server that stops",
        states.stopping,
        PROGRESS,
        400,
        raises(HubNotStarting),
        sentence="is not starting...",
    ),
    Scenario(
        "progress of a server that was stopped",
        states.stopped,
        PROGRESS,
        (400, 404),
        raises(HubNotStarting),
        sentence="",
    ),
    Scenario(
        "progress of a missing user",
        states.missing,
        PROGRESS,
        404,
        raises(HubNotStarting),
        sentence="",
    ),
)
