"""Outage of the Hub behind a proxy that goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import (
    HubError,
    HubNotStarting,
    HubStarting,
    HubUnavailable,
    HubUnreachable,
)
from tests.contract import states
from tests.contract.subjects import Behaviour, Subject


def test_restarted_hub_keeps_its_users(subject: Subject) -> None:
    name = subject.new_name()
    states.idle(subject, name)
    outcomes: dict[str, list[object]] = {"direct": [], "behind the proxy": []}
    over = threading.Event()

    def watch(client: HubClient, seen: list[object]) -> None:
        while not over.is_set():
            seen.append(_outcome(lambda: client.get_user(name).name))
            time.sleep(0.02)

    watchers = [
        threading.Thread(target=watch, args=(subject.client, outcomes["direct"])),
        threading.Thread(
            target=watch, args=(subject.client_behind_proxy, outcomes["behind the proxy"])
        ),
    ]
    for watcher in watchers:
        watcher.start()
    try:
        subject.hub_stops()
        time.sleep(0.2)
        subject.proxy_restarts()
        time.sleep(0.2)
        subject.hub_returns()
        time.sleep(0.2)
    finally:
        over.set()
        for watcher in watchers:
            watcher.join()

    for seen in outcomes.values():
        kinds = {type(outcome) for outcome in seen if outcome != name}
        assert kinds
        assert all(issubclass(kind, HubUnavailable) for kind in kinds), kinds
        assert seen[-1] == name
    assert HubStarting in {type(outcome) for outcome in outcomes["behind the proxy"]}
    assert HubUnreachable in {type(outcome) for outcome in outcomes["direct"]}


def test_pending_start_is_lost_with_the_hub(subject: Subject) -> None:
    name = subject.new_name()
    states.idle(subject, name)
    subject.start(name, Behaviour(slow=30.0))
    events = subject.client.follow_progress(name)
    next(events)

    subject.hub_stops()
    with pytest.raises(HubUnreachable):
        list(events)
    subject.hub_returns()

    assert subject.client.get_user(name).server is None
    with pytest.raises(HubNotStarting):
        next(subject.client.follow_progress(name))


def _outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except HubError as error:
        return error
