"""Users, servers and events, parsed from recorded and from malformed responses."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest

from jupyter_integration.hub.resources import (
    BrokenResource,
    HubUser,
    ProgressEvent,
    Server,
    ServerUnderCheck,
    read_progress,
    read_user,
    read_user_page,
    read_version,
)

MISSING = object()


def test_a_user_without_server_is_read(sample) -> None:
    assert read_user(sample("user_get_idle")["body"]) == HubUser(
        name="ali",
        admin=False,
        server=None,
        last_activity=None,
        created=datetime(2026, 11, 22, 20, 22, 45, 895367, UTC),
    )


@pytest.mark.parametrize(
    ("name", "ready", "pending"),
    [
        ("user_get_ready", True, None),
        ("user_get_pending_spawn", False, "spawn"),
        ("user_get_after_201_but_pending", False, "spawn"),
        ("user_get_pending_stop", False, "stop"),
    ],
)
def test_a_users_server_is_read(sample, name, ready, pending) -> None:
    user = read_user(sample(name)["body"])

    assert user.server is not None
    assert (user.server.ready, user.server.pending) == (ready, pending)
    assert user.server.url == f"/user/{user.name}/"
    assert user.server.stopped is False
    assert user.server.started is not None
    assert user.server.started.tzinfo is UTC


def test_page_names_the_next_offset(sample) -> None:
    page = read_user_page(sample("users_list_paged")["body"])

    assert [user.name for user in page.users] == ["Ali.Rezaei", "Ali@Example.com"]
    assert page.next_offset == 3


def test_the_version_is_read(sample) -> None:
    assert read_version(sample("root_version")["body"]) == "6.1.1"


def test_unknown_fields_are_ignored(sample) -> None:
    body = sample("user_get_ready")["body"]
    more = copy.deepcopy(body)
    more["invented"] = {"ready": "perhaps"}
    more["servers"][""]["invented"] = []
    more["servers"]["named"] = "not even an object"

    assert read_user(more) == read_user(body)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("name",), MISSING),
        (("name",), 5),
        (("admin",), 0),
        (("created",), MISSING),
        (("created",), "2026-11-22T20:22:45"),
        (("last_activity",), MISSING),
        (("servers",), MISSING),
        (("servers",), []),
        (("servers", ""), None),
        (("servers", "", "ready"), MISSING),
        (("servers", "", "pending"), MISSING),
        (("servers", "", "pending"), "rename"),
        (("servers", "", "url"), MISSING),
        (("servers", "", "started"), "soon"),
    ],
)
def test_field_of_wrong_type_is_refused_and_named(sample, path, value) -> None:
    body = sample("user_get_ready")["body"]
    *way, key = path
    parent = body
    for step in way:
        parent = parent[step]
    if value is MISSING:
        del parent[key]
    else:
        parent[key] = value

    with pytest.raises(BrokenResource) as broken:
        read_user(body)

    assert key == "" or repr(key) in str(broken.value)


@pytest.mark.parametrize("body", [None, []])
@pytest.mark.parametrize("reader", [read_user, read_user_page, read_version])
def test_what_is_no_object_is_refused(reader, body) -> None:
    with pytest.raises(BrokenResource):
        reader(body)


@pytest.mark.parametrize(
    "page",
    [
        {"items": []},
        {"items": {}, "_pagination": {"next": None}},
        {"items": [], "_pagination": {"next": {"offset": -1}}},
        {"items": [], "_pagination": {"next": {"offset": True}}},
    ],
)
def test_a_broken_page_is_refused(page) -> None:
    with pytest.raises(BrokenResource):
        read_user_page(page)


def test_server_under_check_is_refused(sample) -> None:
    body = sample("user_get_ready")["body"]
    body["servers"][""].update(ready=False, pending="check")

    with pytest.raises(ServerUnderCheck):
        read_user(body)


def test_resources_cannot_be_changed(sample) -> None:
    user = read_user(sample("user_get_ready")["body"])

    with pytest.raises(AttributeError):
        user.admin = True
    assert not hasattr(user, "__dict__")
    assert isinstance(user.server, Server)
    assert not hasattr(user.server, "__dict__")


@pytest.mark.parametrize(
    ("event", "progress"),
    [
        ({"progress": 50}, 50),
        ({"progress": 33.9}, 33),
        ({"progress": -5}, 0),
        ({"progress": 1e999}, 100),
        ({}, 40),
    ],
)
def test_progress_is_a_percentage(event, progress) -> None:
    assert read_progress(event, previous=40) == ProgressEvent(
        progress=progress, message="", ready=False, failed=False, url=None
    )


@pytest.mark.parametrize(
    "event",
    [
        [],
        {"progress": "50"},
        {"progress": True},
        {"progress": 50, "message": None},
        {"progress": 100, "ready": "yes"},
        {"progress": 100, "ready": True, "url": 5},
    ],
)
def test_a_broken_event_is_refused(event) -> None:
    with pytest.raises(BrokenResource):
        read_progress(event, previous=0)
