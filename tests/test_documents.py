"""Names in the documents, held against the tree: files, rooms, tests, commands and settings."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from jupyter_integration.failures.catalogue import EXPLANATIONS, ResolvedBy
from tests.contract.scenarios import SCENARIOS
from tests.test_env_example import example

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "adr").glob("[0-9]*.md"))
TEXTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
}

# The folders of the repository; `var` and hidden folders are made when it runs.
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."} - {"var"}

# Folders of jupyter_integration whose files the map names one by one.
NAMED_BY_FILE = ("failures", "monitoring", "services", "status", "work")

each_document = pytest.mark.parametrize("name", TEXTS)


@each_document
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", TEXTS[name])
    folder = (ROOT / name).parent

    assert [link for link in links if "://" not in link and not (folder / link).exists()] == []


@each_document
def test_named_paths_exist(name: str) -> None:
    named = re.findall(r"`([\w.-]+/[\w./-]*)`", TEXTS[name])
    ours = {path for path in named if path.split("/")[0] in FOLDERS}

    assert {path for path in ours if not (ROOT / path).exists()} == set()


def test_named_tests_exist() -> None:
    defined = {
        node.name
        for folder in FOLDERS
        for file in (ROOT / folder).rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }

    assert named(r"`(test_\w+)`") - defined == set()


def test_named_make_targets_exist() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert named(r"(?:`(?:[A-Z_]+=\S+ )?|^)make ([a-z]+)") - set(targets) == set()


def test_named_settings_exist() -> None:
    """Names in capitals, with an underscore, alone in backticks or before a `=`."""
    assert named(r"`([A-Z]+(?:_[A-Z]+)+)[`=]") - set(example()) == set()


def named(pattern: str) -> set[str]:
    """Return what the pattern finds in all documents."""
    return {found for text in TEXTS.values() for found in re.findall(pattern, text, re.MULTILINE)}


def test_architecture_maps_every_room() -> None:
    folders = {
        "/".join(file.relative_to(ROOT).parts[:depth]) + "/"
        for folder in FOLDERS
        for pattern in ("*.py", "*.html")
        for file in (ROOT / folder).rglob(pattern)
        for depth in range(1, min(3, len(file.relative_to(ROOT).parts)))
    }
    servers = ROOT / "jupyter_integration"
    modules = {
        file.relative_to(ROOT).as_posix()
        for folder in (servers, *(servers / room for room in NAMED_BY_FILE))
        for file in folder.glob("*.py")
        if file.name != "__init__.py"
    }
    inner = {
        file.parent.relative_to(ROOT).as_posix() + "/"
        for room in NAMED_BY_FILE
        for file in (servers / room).glob("*/*.py")
    }
    beside = re.compile(r"\w+/(tests|migrations|__pycache__)/")
    rooms = {path for path in folders | modules | inner if not beside.fullmatch(path)}

    assert rooms_on_map() == rooms


def rooms_on_map() -> set[str]:
    """Return the paths of the indented list under "Rooms" in docs/architecture.md."""
    block = TEXTS["docs/architecture.md"].partition("## Rooms")[2].split("```")[1]
    paths: set[str] = set()
    above = [""]
    for line in block.strip("\n").splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        names = re.split(r"\s{2,}", line.strip())[0].split(", ")
        paths.update(above[depth] + name for name in names)
        above = [*above[: depth + 1], above[depth] + names[0]]
    return paths


def test_contract_has_exactly_our_scenarios() -> None:
    row = r"^\| ([^|`]+) \| `([A-Z]+) ([^`]+)` \| ([^|]+) \|"
    written = set(re.findall(row, TEXTS["docs/hub-contract.md"], re.MULTILINE))

    assert written == {
        (
            row.case,
            row.call.method,
            row.call.path.format("NAME"),
            " or ".join(map(str, row.status)) if isinstance(row.status, tuple) else str(row.status),
        )
        for row in SCENARIOS
    }


def test_operations_explain_every_failure_code() -> None:
    row = r"^\| [^|]+ \| `(\w+)` \| [^|]+ \| [^|]* \| (user|staff|wait) \|$"
    found = re.findall(row, TEXTS["docs/operations.md"], re.MULTILINE)
    resolved_by = {"user": ResolvedBy.USER, "staff": ResolvedBy.STAFF, "wait": ResolvedBy.TIME}

    assert {code: resolved_by[name] for code, name in found} == {
        code.value: explanation.resolved_by for code, explanation in EXPLANATIONS.items()
    }


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [path.name[:4] for path in DECISIONS]

    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("path", DECISIONS, ids=[path.stem for path in DECISIONS])
def test_decision_has_status_and_sections(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert re.search(r"^Status: (Accepted|Superseded (in part )?by \[\d+\]\()", text, re.MULTILINE)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
