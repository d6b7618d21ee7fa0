"""Rows of `make bench`: for programs by the line, for people as a table."""

from __future__ import annotations

import json

from bench.report import Row, as_table, machine


def test_a_row_says_whether_its_target_is_met() -> None:
    assert Row(name="added", value=1.0, unit="s", target=1.0).met is True
    assert Row(name="added", value=1.01, unit="s", target=1.0).met is False
    assert Row(name="seen", value=9.0, unit="s").met is None


def test_a_target_can_be_the_least_that_is_good_enough() -> None:
    assert Row(name="ready", value=300, unit="", target=300, at_least=True).met is True
    assert Row(name="ready", value=299, unit="", target=300, at_least=True).met is False


def test_a_row_is_one_line_of_json() -> None:
    line = Row(name="added", value=0.26, unit="s", target=1.0).as_json()

    assert "\n" not in line
    assert json.loads(line) == {
        "name": "added",
        "value": 0.26,
        "unit": "s",
        "target": 1.0,
        "met": True,
    }


def test_the_table_has_a_line_for_each_row_and_shouts_what_is_missed() -> None:
    rows = [
        Row(name="added", value=2.5, unit="s", target=1.0),
        Row(name="ready", value=300, unit="", target=300, at_least=True),
        Row(name="x", value=3, unit="s"),
    ]

    _head, _rule, missed, reached, free = as_table(rows).splitlines()

    assert missed.split() == ["added", "2.5", "s", "≤", "1", "s", "NO"]
    assert reached.split() == ["ready", "300", "≥", "300", "yes"]
    assert free.split() == ["x", "3", "s"]


def test_the_machine_is_named_by_cores_and_memory_alone() -> None:
    cores, memory = machine().split(", ")

    assert cores.removesuffix(" cores").isdigit()
    assert memory.removesuffix(" GiB of memory").isdigit()
