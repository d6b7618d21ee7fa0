"""List of users, page by page, on the fake Hub and on a real one."""

from __future__ import annotations

import pytest

from tests.contract import states
from tests.contract.subjects import Behaviour, Subject


def test_all_pages_are_read(subject: Subject) -> None:
    names = {subject.new_name("nasrin") for _ in range(5)}
    for name in names:
        states.idle(subject, name)

    users = [user for user in subject.client.list_users(page_size=2) if user.name in names]

    assert len(users) == 5
    assert {user.name for user in users} == names
    assert {user.server for user in users} == {None}


@pytest.mark.parametrize(
    ("state", "whose"),
    [
        ("active", {"starting", "running"}),
        ("ready", {"running"}),
        ("inactive", {"idle"}),
        (None, {"idle", "starting", "running"}),
    ],
)
def test_a_state_selects_users(subject: Subject, state: str | None, whose: set[str]) -> None:
    names = {
        "idle": subject.new_name("idle"),
        "starting": subject.new_name("starting"),
        "running": subject.new_name("running"),
    }
    states.idle(subject, names["idle"])
    states.running(subject, names["running"])
    states.idle(subject, names["starting"])
    subject.start(names["starting"], Behaviour(slow=2.0))

    users = {user.name: user for user in subject.client.list_users(state=state)}

    assert names.keys() & {kind for kind, name in names.items() if name in users} == whose
    if "starting" in whose:
        starting = users[names["starting"]].server
        assert starting is not None
        assert (starting.ready, starting.pending) == (False, "spawn")
