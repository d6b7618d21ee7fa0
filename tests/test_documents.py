"""What the documents name is there: files, tests, commands, settings and rows of the contract."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from jupyter_integration.failures.catalogue import EXPLANATIONS, ResolvedBy
from tests.contract.scenarios import SCENARIOS
from tests.test_env_example import example

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], key=lambda path: path.as_posix()
)

each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=[path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
)

# The first words of paths in backticks. What is made when it runs is not in the repository.
OUR_FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"var", ".venv"}


def names_of_all_tests() -> set[str]:
    folders = ("accounts", "deploy", "jupyter_integration", "portal", "tests")
    return {
        node.name
        for folder in folders
        for file in (ROOT / folder).rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]

    assert [link for link in local if not (document.parent / link).exists()] == []


@each_document
def test_tests_that_are_named_exist(document: Path) -> None:
    named = set(re.findall(r"`(test_\w+)`", document.read_text(encoding="utf-8")))

    assert named - names_of_all_tests() == set()


@each_document
def test_make_targets_that_are_named_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`(?:[A-Z_]+=\S+ )?|^)make ([a-z]+)", text, re.MULTILINE))

    assert named - targets == set()


@each_document
def test_paths_that_are_named_exist(document: Path) -> None:
    named = re.findall(r"`([\w.-]+/[\w./-]*)`", document.read_text(encoding="utf-8"))
    ours = {path for path in named if path.split("/")[0] in OUR_FOLDERS}

    assert {path for path in ours if not (ROOT / path).exists()} == set()


@each_document
def test_settings_that_are_named_exist(document: Path) -> None:
    """Names in capitals, with an underscore, alone in backticks or before a `=`."""
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)[`=]", text))

    assert named - set(example()) == set()


def test_the_contract_has_every_scenario_and_no_other() -> None:
    text = (ROOT / "docs" / "hub-contract.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|`]+) \| `([A-Z]+) ([^`]+)` \| ([^|]+) \|", text, re.MULTILINE)
    told = {(case, method, path, status) for case, method, path, status in rows}

    assert told == {
        (
            row.case,
            row.call.method,
            row.call.path.format("NAME"),
            " or ".join(map(str, row.status)) if isinstance(row.status, tuple) else str(row.status),
        )
        for row in SCENARIOS
    }


def test_whoever_is_called_finds_every_way_in_which_a_start_fails_and_who_mends_it() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    row = r"^\| [^|]+ \| `(\w+)` \| [^|]+ \| [^|]* \| (user|staff|wait) \|$"
    who = {"user": ResolvedBy.USER, "staff": ResolvedBy.STAFF, "wait": ResolvedBy.TIME}

    assert {code: who[name] for code, name in re.findall(row, text, re.MULTILINE)} == {
        code.value: explanation.resolved_by for code, explanation in EXPLANATIONS.items()
    }


def test_every_decision_says_why_and_what_follows() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    headings = {
        path.name: re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        for path in decisions
    }

    for name, found in headings.items():
        assert found == ["Context", "Decision", "Consequences"], name
    assert [path.name[:4] for path in decisions] == [f"{n:04}" for n in range(1, len(headings) + 1)]
