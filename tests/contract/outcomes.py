"""Outcomes of a client call: an expected value or an error."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from jupyter_integration.hub.errors import HubError
from jupyter_integration.hub.resources import HubUser, Server

Outcome: TypeAlias = Callable[[object], None]


def raises(kind: type[HubError]) -> Outcome:
    """Expect exactly this class of error, and no subclass."""

    def check(result: object) -> None:
        assert type(result) is kind, repr(result)

    return check


def the_version(result: object) -> None:
    assert result == "6.1.1"


def nothing(result: object) -> None:
    assert result is None, repr(result)


def stopped_now(result: object) -> None:
    assert result is True, repr(result)


def still_stopping(result: object) -> None:
    assert result is False, repr(result)


def a_user_without_server(result: object) -> None:
    assert isinstance(result, HubUser), repr(result)
    assert (result.admin, result.server) == (False, None)
    assert result.created is not None


def a_user_with(ready: bool, pending: str | None) -> Outcome:
    def check(result: object) -> None:
        assert isinstance(result, HubUser), repr(result)
        assert isinstance(result.server, Server)
        assert (result.server.ready, result.server.pending) == (ready, pending)
        own_name = rf"http://{result.name}\.hub\.localhost:[0-9]+/user/{result.name}/"
        assert re.fullmatch(own_name, result.server.url)
        assert result.server.started is not None

    return check


def a_server(ready: bool, pending: str | None, *, stopped: bool = False) -> Outcome:
    def check(result: object) -> None:
        assert isinstance(result, Server), repr(result)
        assert (result.ready, result.pending, result.stopped) == (ready, pending, stopped)

    return check
