"""Hubs under test: the fake one and a real one."""

from __future__ import annotations

import contextlib
import itertools
import secrets
import signal
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import requests

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError
from jupyter_integration.hub.probe import LabProbe
from jupyter_integration.hub.resources import JSON
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing import FakeHub, Spawn
from jupyter_integration.testing.fake_hub_state import HUB_HOST
from tests.contract.real_hub import RealHub

NEAR_ZERO = 0.01

# slow_stop_timeout of the real Hub in seconds. Only a stop that is slow on purpose may exceed it,
# also on a slow machine.
LONG_STOP_TIMEOUT, SHORT_STOP_TIMEOUT = 10, 0.3

HALFWAY = "نیمهٔ راه"

Token = Literal["portal", "narrow", "unknown"]


@dataclass(frozen=True)
class Behaviour:
    """Behaviour of a start and a stop, for both Hubs."""

    slow: float = 0.0
    fails: Literal["raise", "policy", "exit"] | None = None
    stop_slow: float = 0.0


@dataclass(frozen=True)
class RawAnswer:
    """A response on the wire; `message` is None if the body is not the Hub's JSON."""

    status: int
    message: str | None
    retry_after: str | None


class Subject(ABC):
    """A Hub under test. `hub_host` is its host and port in browsers."""

    hub_host: str

    def __init__(self, api_url: str, proxy_url: str, tokens: dict[Token, str]) -> None:
        self._api_url = api_url
        self._tokens = tokens
        self._numbers = itertools.count(1)
        self._names: list[str] = []
        self._cleaners = ThreadPoolExecutor(4)
        self.client = self.client_with("portal")
        self.client_behind_proxy = HubClient(
            HubTransport(f"{proxy_url}/hub/api", tokens["portal"], backoff=0.0)
        )
        self.probe = LabProbe(proxy_url)

    def client_with(self, token: Token) -> HubClient:
        return HubClient(HubTransport(self._api_url, self._tokens[token], backoff=0.0))

    def new_name(self, name: str = "sara") -> str:
        """Return a unique name, whose server is stopped after the test."""
        self._names.append(f"{name}-{next(self._numbers)}")
        return self._names[-1]

    def lab_url(self, name: str) -> str:
        """Return the address of a user's server, as the Hub gives it."""
        return f"http://{name}.{self.hub_host}/user/{name}/"

    def start(self, name: str, behaviour: Behaviour) -> None:
        self.client.start_server(name, self.options(name, behaviour))

    def raw(
        self, method: str, path: str, *, token: Token = "portal", json: JSON = None
    ) -> RawAnswer:
        answer = requests.request(
            method,
            f"{self._api_url}{path}",
            json=json,
            headers={"Authorization": f"token {self._tokens[token]}"},
            timeout=10,
        )
        message: str | None = None
        if answer.headers.get("Content-Type") == "application/json" and answer.status_code >= 400:
            message = answer.json()["message"] or ""
        return RawAnswer(answer.status_code, message, answer.headers.get("Retry-After"))

    def clean(self) -> None:
        """Stop the servers of the last test without waiting, and reset the limits."""
        names, self._names = self._names, []
        for name in names:
            self._cleaners.submit(self._end, name)
        self.slow_spawn_timeout(NEAR_ZERO)
        self.limit()

    def close(self) -> None:
        """Stop cleaning."""
        self._cleaners.shutdown(wait=True, cancel_futures=True)

    def _end(self, name: str) -> None:
        # There may be no such user, or no Hub.
        with contextlib.suppress(HubError):
            self.client.stop_server(name)

    @abstractmethod
    def options(self, name: str, behaviour: Behaviour) -> dict[str, JSON]:
        """Prepare this behaviour, and return the user_options of the start."""

    @abstractmethod
    def slow_spawn_timeout(self, seconds: float) -> None:
        """Set how many seconds a POST waits for the end of the start."""

    @abstractmethod
    def limit(self, concurrent_spawns: int = 0, servers: int = 0) -> None:
        """Limit pending starts and servers; 0 means no limit."""

    @abstractmethod
    def hub_stops(self) -> None:
        """Stop the Hub; its proxy goes on."""

    @abstractmethod
    def proxy_restarts(self) -> None:
        """Restart the proxy, which then has no route to the Hub."""

    @abstractmethod
    def hub_returns(self) -> None:
        """Start the Hub, and wait until it answers."""


class FakeSubject(Subject):
    """The fake Hub of the unit tests."""

    hub_host = HUB_HOST

    def __init__(self, hub: FakeHub) -> None:
        narrow = secrets.token_hex(8)
        hub.add_token(narrow, "read:users:name")
        self._hub = hub
        tokens: dict[Token, str] = {"portal": hub.token, "narrow": narrow, "unknown": "unknown"}
        super().__init__(hub.api_url, hub.proxy_url, tokens)

    def options(self, name: str, behaviour: Behaviour) -> dict[str, JSON]:
        spawn = Spawn(
            seconds=behaviour.slow,
            events=((50, HALFWAY),),
            stop_seconds=behaviour.stop_slow,
        )
        if behaviour.fails == "raise":
            spawn = Spawn(seconds=behaviour.slow, fails="the image is gone")
        elif behaviour.fails == "policy":
            spawn = Spawn(seconds=0, fails="No GPU left, sorry", status=503)
        elif behaviour.fails == "exit":
            spawn = Spawn(seconds=0.6, fails="Server at … didn't respond in 2 seconds")
        self._hub.script(name, spawn)
        return {}

    def slow_spawn_timeout(self, seconds: float) -> None:
        # Any real start takes longer.
        self._hub.slow_spawn_timeout = 0.0 if seconds == NEAR_ZERO else seconds

    def limit(self, concurrent_spawns: int = 0, servers: int = 0) -> None:
        self._hub.limit(concurrent_spawns=concurrent_spawns or None, servers=servers or None)

    def hub_stops(self) -> None:
        self._hub.down()

    def proxy_restarts(self) -> None:
        self._hub.starting()

    def hub_returns(self) -> None:
        self._hub.up()


class RealSubject(Subject):
    """A real JupyterHub with a scripted spawner."""

    def __init__(self, hub: RealHub) -> None:
        self._hub = hub
        self.hub_host = urlsplit(hub.hub_url).netloc
        tokens: dict[Token, str] = {
            "portal": hub.token,
            "narrow": hub.narrow_token,
            "unknown": "unknown",
        }
        super().__init__(hub.api_url, hub.proxy_url, tokens)

    def options(self, name: str, behaviour: Behaviour) -> dict[str, JSON]:
        if behaviour.stop_slow:
            self._hub.change_setting("slow_stop_timeout", SHORT_STOP_TIMEOUT)
        return {
            "slow": behaviour.slow,
            "fails": behaviour.fails,
            "stop_slow": behaviour.stop_slow,
        }

    def clean(self) -> None:
        self._hub.change_setting("slow_stop_timeout", LONG_STOP_TIMEOUT)
        super().clean()

    def slow_spawn_timeout(self, seconds: float) -> None:
        self._hub.change_setting("slow_spawn_timeout", seconds)

    def limit(self, concurrent_spawns: int = 0, servers: int = 0) -> None:
        self._hub.change_setting("concurrent_spawn_limit", concurrent_spawns)
        self._hub.change_setting("active_server_limit", servers)

    def hub_stops(self) -> None:
        self._hub.stop_hub(signal.SIGKILL)

    def proxy_restarts(self) -> None:
        self._hub.stop_proxy()
        self._hub.start_proxy()

    def hub_returns(self) -> None:
        self._hub.start()
