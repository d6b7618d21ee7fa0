"""Rows of `make bench`: lines of JSON for programs, a table for people."""

from __future__ import annotations

import json

import pytest

from bench.report import Row, as_table, machine


@pytest.mark.parametrize(
    ("value", "target", "at_least", "met"),
    [
        (1.0, 1.0, False, True),
        (1.01, 1.0, False, False),
        (300, 300, True, True),
        (299, 300, True, False),
        (9.0, None, False, None),
    ],
)
def test_row_compares_its_value_with_its_target(
    value: float, target: float | None, at_least: bool, met: bool | None
) -> None:
    row = Row(name="added", value=value, unit="s", target=target, at_least=at_least)

    assert row.met is met


def test_row_is_one_line_of_json() -> None:
    line = Row(name="added", value=0.26, unit="s", target=1.0).as_json()

    assert "\n" not in line
    expected = {"name": "added", "value": 0.26, "unit": "s", "target": 1.0, "met": True}
    assert json.loads(line) == expected


def test_table_shows_each_row_and_its_result() -> None:
    rows = [
        Row(name="added", value=2.5, unit="s", target=1.0),
        Row(name="ready", value=300, unit="", target=300, at_least=True),
        Row(name="x", value=3, unit="s"),
    ]

    _head, _rule, missed, reached, free = as_table(rows).splitlines()

    assert missed.split() == ["added", "2.5", "s", "≤", "1", "s", "NO"]
    assert reached.split() == ["ready", "300", "≥", "300", "yes"]
    assert free.split() == ["x", "3", "s"]


def test_machine_is_described_by_cores_and_memory() -> None:
    cores, memory = machine().split(", ")

    assert cores.removesuffix(" cores").isdigit()
    assert memory.removesuffix(" GiB of memory").isdigit()
