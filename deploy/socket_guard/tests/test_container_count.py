"""Count of users' containers: the guard creates no more than the limit of servers allows."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from deploy.socket_guard.server_limits import LEFTOVER_CONTAINERS
from deploy.socket_guard.tests.conftest import LIMITS, EngineDouble, Send
from deploy.socket_guard.tests.escapes import CREATE, SERVER
from jupyter_integration.testing.waiting import wait_for

MAXIMUM = LIMITS.active_servers + LEFTOVER_CONTAINERS


def create(send: Send, name: str) -> tuple[int, str]:
    body = json.dumps(SERVER).replace("shaparak-home-sara", f"shaparak-home-{name}")
    path = CREATE.replace("sara", name)
    status, answer = send("POST", path, body.encode())
    return status, answer.get("message", "")


def test_container_beyond_the_limit_is_refused(send: Send, engine: EngineDouble) -> None:
    # Sara's is there as well.
    engine.others = [f"shaparak-jupyter-s{number}" for number in range(MAXIMUM - 2)]
    assert create(send, "omid")[0] == 201

    engine.others.append("shaparak-jupyter-omid")
    status, message = create(send, "mallory")

    assert status == 403
    assert f"{MAXIMUM} users' containers" in message
    assert len(engine.creations) == 1


def test_container_that_exists_needs_no_further_place(send: Send, engine: EngineDouble) -> None:
    """The engine then answers that the name is taken, and the Hub removes the old container."""
    engine.others = [f"shaparak-jupyter-s{number}" for number in range(MAXIMUM)]

    assert create(send, "sara")[0] == 201


def test_containers_in_creation_count(send: Send, engine: EngineDouble) -> None:
    """Forty at once, with room for three: the engine's list has none of them yet."""
    engine.others = [f"shaparak-jupyter-s{number}" for number in range(MAXIMUM - 4)]
    engine.creation.clear()

    with ThreadPoolExecutor(40) as several:
        answers = [several.submit(create, send, f"new{number}") for number in range(40)]
        wait_for(lambda: sum(answer.done() for answer in answers) == 37)
        engine.creation.set()

    statuses = [answer.result()[0] for answer in answers]
    assert (statuses.count(201), statuses.count(403)) == (3, 37)


def test_finished_creation_frees_its_place(send: Send, engine: EngineDouble) -> None:
    engine.others = [f"shaparak-jupyter-s{number}" for number in range(MAXIMUM - 2)]

    assert [create(send, name)[0] for name in ("omid", "nasrin")] == [201, 201]


def test_nothing_is_created_without_the_list(send: Send, engine: EngineDouble) -> None:
    engine.list_status = 500

    assert create(send, "omid")[0] == 502
    assert engine.creations == []
