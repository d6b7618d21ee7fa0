"""Which requests there are, and to which containers."""

from __future__ import annotations

import pytest

from deploy.socket_guard.rules import Rules, RulesRefused
from deploy.socket_guard.tests.conftest import RULES, SARAS, Ask, EngineDouble
from deploy.socket_guard.tests.escapes import MINE, REFUSED_REQUESTS, REQUESTS_OF_OTHERS


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/version"),
        ("GET", "/v1.45/version"),
        ("GET", "/_ping"),
        ("GET", "/v1.45/images/shaparak-user-server/json"),
        ("GET", "/v1.45/images/shaparak-user-server:latest/json"),
        ("GET", f"{MINE}/json"),
        ("GET", f"{MINE}/stats?stream=false"),
        ("POST", f"{MINE}/start"),
        ("POST", f"{MINE}/stop"),
        ("POST", f"{MINE}/stop?t=5"),
        ("DELETE", f"{MINE}?v=True&link=False&force=False"),
    ],
)
def test_what_the_hub_needs_passes(ask: Ask, method: str, path: str) -> None:
    assert ask(method, path)[0] == 200


@pytest.mark.parametrize(("method", "path"), REFUSED_REQUESTS)
def test_all_else_is_refused_before_the_engine_hears_of_it(
    ask: Ask, engine: EngineDouble, method: str, path: str
) -> None:
    assert ask(method, path)[0] in (403, 501)
    assert engine.asked == []


@pytest.mark.parametrize(
    ("method", "path"),
    [*REQUESTS_OF_OTHERS, ("DELETE", f"/v1.45/containers/{'db' * 32}")],
)
def test_a_container_that_the_guard_did_not_label_is_not_touched(
    ask: Ask, engine: EngineDouble, method: str, path: str
) -> None:
    assert ask(method, path)[0] == 403
    assert engine.changes == []


def test_what_is_touched_is_the_container_that_was_looked_at_and_no_later_one_of_its_name(
    ask: Ask, engine: EngineDouble
) -> None:
    ask("POST", f"{MINE}/stop?t=5")

    assert engine.changes == [f"POST /v1.45/containers/{SARAS['Id']}/stop?t=5"]


def test_a_container_that_is_not_there_is_told_as_the_engine_tells_it(ask: Ask) -> None:
    status, answer = ask("GET", "/v1.45/containers/shaparak-jupyter-omid/json")

    assert (status, answer["message"]) == (404, "No such container: shaparak-jupyter-omid")


@pytest.mark.parametrize(
    "headers",
    [
        {"Transfer-Encoding": "chunked"},
        {"Upgrade": "tcp", "Connection": "Upgrade"},
        {"Content-Length": "-1"},
        {"Content-Length": "9999999"},
    ],
)
def test_other_ways_of_sending_a_body_are_refused(
    ask: Ask, engine: EngineDouble, headers: dict[str, str]
) -> None:
    assert ask("POST", f"{MINE}/start", headers=headers)[0] == 403
    assert engine.asked == []


def test_a_start_brings_no_host_part_with_it(ask: Ask, engine: EngineDouble) -> None:
    """Engines before 1.24 took one there."""
    assert ask("POST", f"{MINE}/start", {"Privileged": True})[0] == 403
    assert engine.asked == []


def test_an_engine_that_is_away_is_told_as_such(ask: Ask, tmp_path) -> None:
    (tmp_path / "engine.sock").unlink()

    status, answer = ask("GET", "/version")

    assert (status, answer["message"].startswith("socket guard: the engine")) == (502, True)


class TestRules:
    def test_they_are_those_of_the_hub(self) -> None:
        assert Rules.read({"SERVER_MEMORY": "", "SERVER_CPUS": ""}) == RULES
        assert Rules.read({"SERVER_MEMORY": "512M", "SERVER_CPUS": "0.5"}).memory == 512 * 2**20

    @pytest.mark.parametrize(
        "environ",
        [{"SERVER_MEMORY": "much"}, {"SERVER_MEMORY": "0"}, {"SERVER_CPUS": "-1"}],
    )
    def test_what_makes_no_sense_is_named(self, environ: dict[str, str]) -> None:
        with pytest.raises(RulesRefused, match=next(iter(environ))):
            Rules.read(environ)
