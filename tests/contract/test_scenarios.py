"""The table of scenarios, held against the fake Hub and a real one.

Each row is tried with a bare HTTP request and through the client, by two users in the same state.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_integration.hub.errors import HubError
from tests.contract.scenarios import SCENARIOS, START, Scenario
from tests.contract.subjects import Subject


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda row: row.case)
def test_hub_and_client_follow_the_scenario_table(subject: Subject, scenario: Scenario) -> None:
    sara, omid = subject.new_name("sara"), subject.new_name("omid")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: scenario.state(subject, name), (sara, omid)))
    subject.slow_spawn_timeout(scenario.slow_spawn_timeout)
    subject.limit(scenario.concurrent_spawn_limit, scenario.active_server_limit)

    _the_hub_answers(subject, scenario, sara)
    _the_client_understands(subject, scenario, omid)


def _the_hub_answers(subject: Subject, scenario: Scenario, name: str) -> None:
    options = subject.options(name, scenario.behaviour)
    answer = subject.raw(
        scenario.call.method,
        scenario.call.path.format(name),
        token=scenario.token,
        json={"user_options": options} if scenario.call is START else None,
    )

    allowed = scenario.status if isinstance(scenario.status, tuple) else (scenario.status,)
    assert answer.status in allowed, answer
    if scenario.sentence is None:
        assert answer.message is None
    else:
        assert answer.message is not None
        assert scenario.sentence in answer.message
    _is_within(scenario.retry_after, answer.retry_after)


def _the_client_understands(subject: Subject, scenario: Scenario, name: str) -> None:
    options = subject.options(name, scenario.behaviour)
    client = subject.client_with(scenario.token)
    result: object
    try:
        result = scenario.call.by_client(client, name, options)
    except HubError as error:
        result = error
        path = scenario.call.path.split("?")[0].format(name)
        assert (error.method, error.path) == (scenario.call.method, path)
        assert error.request_id
        assert scenario.sentence is not None
        assert scenario.sentence in error.hub_message
        _is_within(scenario.retry_after, error.retry_after)
    finally:
        client.close()

    scenario.outcome(result)


def _is_within(bounds: tuple[int, int] | None, seconds: str | float | None) -> None:
    if bounds is None:
        assert seconds is None
    else:
        assert seconds is not None
        assert bounds[0] <= float(seconds) <= bounds[1]
