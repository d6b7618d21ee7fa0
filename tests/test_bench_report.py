"""Rows of `make bench`: lines of JSON for programs, a table for people."""

from __future__ import annotations

import json

from bench.report import Row, as_table, machine


def test_row_at_its_limit_meets_the_target() -> None:
    assert Row(name="added", value=1.0, unit="s", target=1.0).met is True
    assert Row(name="ready", value=299, unit="", target=300, at_least=True).met is False


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
