"""Scopes, names and limits that only a real JupyterHub can show."""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
import requests

import jupyter_integration
from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubBadRequest, HubError
from jupyter_integration.hub.transport import HubTransport
from tests.contract import states
from tests.contract.real_hub import RealHub
from tests.contract.subjects import Behaviour, RealSubject

pytestmark = pytest.mark.real_hub

SAMPLES = sorted(
    (Path(jupyter_integration.__file__).parent / "tests/hub/samples").glob(
        "user_create_name_*.json"
    )
)


def _as_portal(hub: RealHub, path: str) -> requests.Response:
    return requests.get(
        f"{hub.api_url}{path}", headers={"Authorization": f"token {hub.token}"}, timeout=5
    )


def test_portal_scopes_suffice_for_every_client_method(real_hub: RealHub) -> None:
    client = HubClient(HubTransport(real_hub.api_url, real_hub.token))
    calls: dict[str, Callable[[], object]] = {
        "get_version": client.get_version,
        "check": client.check,
        "create_user": lambda: client.create_user("scopes"),
        "get_user": lambda: client.get_user("scopes"),
        "list_users": lambda: list(client.list_users()),
        "start_turn": client.start_turn,
        "start_server": lambda: client.start_server("scopes"),
        "follow_progress": lambda: list(client.follow_progress("scopes")),
        "stop_server": lambda: client.stop_server("scopes"),
        "delete_user": lambda: client.delete_user("scopes"),
        "close": client.close,
    }

    for call in calls.values():
        call()

    # Signed, and refused to the token: tests/system/test_signing_out.py.
    calls["end_sessions"] = lambda: None
    methods = {name for name, _ in inspect.getmembers(HubClient, inspect.isfunction)}
    assert {name for name in methods if not name.startswith("_")} == calls.keys()


def test_portal_token_opens_no_notebooks(real_hub: RealHub) -> None:
    scopes = _as_portal(real_hub, "/user").json()["scopes"]

    assert "servers" in scopes
    assert [scope for scope in scopes if scope.startswith("access:")] == []


def test_portal_token_has_no_admin_scope(real_hub: RealHub) -> None:
    assert _as_portal(real_hub, "/user").json()["admin"] is False
    assert _as_portal(real_hub, "/proxy").status_code == 403


def test_failed_starts_do_not_end_the_hub(real_subject: RealSubject, real_hub: RealHub) -> None:
    name = real_subject.new_name()
    states.idle(real_subject, name)

    for _ in range(6):
        real_subject.start(name, Behaviour(fails="raise"))
        assert [event.failed for event in real_subject.client.follow_progress(name)][-1]

    # With a failure limit the Hub would end two seconds later.
    time.sleep(2.3)
    assert real_hub.runs("hub")
    assert real_subject.client.get_user(name).server is None


def test_no_start_inherits_the_options_of_another(
    real_subject: RealSubject, real_hub: RealHub
) -> None:
    name = real_subject.new_name()
    states.stopped(real_subject, name)

    real_subject.client.start_server(name)

    model = _as_portal(real_hub, f"/users/{name}").json()["servers"][""]
    assert model["user_options"] == {}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_users_name_arrives_as_it_is(real_subject: RealSubject, sample: Path) -> None:
    recorded = json.loads(sample.read_text())
    name = unquote(recorded["request"]["path"].removeprefix("/hub/api/users/"))
    created: object

    try:
        created = real_subject.client.create_user(name).name
    except HubError as error:
        created = type(error)

    if recorded["status"] == 201 and name not in (".", ".."):
        assert created == name
        assert real_subject.client_behind_proxy.get_user(name).name == name
        real_subject.client.delete_user(name)
    else:
        assert created is HubBadRequest
