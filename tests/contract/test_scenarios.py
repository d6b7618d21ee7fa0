"""The table of scenarios, held against the fake Hub and a real one."""

from __future__ import annotations

import pytest

from jupyter_integration.hub import HubError
from tests.contract.scenarios import SCENARIOS, START, Scenario
from tests.contract.subjects import Subject

each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda row: row.case)


@each_scenario
def test_the_hub_answers_as_the_table_says(subject: Subject, scenario: Scenario) -> None:
    name = subject.new_name()
    scenario.state(subject, name)
    options = subject.options(name, scenario.behaviour)
    subject.slow_spawn_timeout(scenario.slow_spawn_timeout)

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
    if scenario.retry_after is None:
        assert answer.retry_after is None
    else:
        least, greatest = scenario.retry_after
        assert answer.retry_after is not None
        assert least <= int(answer.retry_after) <= greatest


@each_scenario
def test_the_client_understands_the_answer(subject: Subject, scenario: Scenario) -> None:
    name = subject.new_name()
    scenario.state(subject, name)
    options = subject.options(name, scenario.behaviour)
    subject.slow_spawn_timeout(scenario.slow_spawn_timeout)
    result: object

    try:
        result = scenario.call.by_client(subject.client_with(scenario.token), name, options)
    except HubError as error:
        result = error
        assert error.hub_message == "" or (scenario.sentence or "") in error.hub_message
        assert error.request_id
        if scenario.retry_after is None:
            assert error.retry_after is None
        else:
            least, greatest = scenario.retry_after
            assert error.retry_after is not None
            assert least <= error.retry_after <= greatest

    scenario.outcome(result)
