"""Container images: product code without test code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IGNORED = set((ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines())
CODE = [
    ROOT / line.removeprefix("!")
    for line in IGNORED
    if line.startswith("!") and (ROOT / line.removeprefix("!")).is_dir()
]


def is_test_code(path: Path) -> bool:
    return "tests" in path.parts or path.is_relative_to(ROOT / "jupyter_integration" / "testing")


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_images_leave_out_test_code() -> None:
    assert {"**/tests", "jupyter_integration/testing"} <= IGNORED


def test_code_in_images_imports_no_test_code() -> None:
    files = [file for folder in CODE for file in folder.rglob("*.py") if not is_test_code(file)]
    importing = {
        str(file.relative_to(ROOT)): name
        for file in files
        for name in imports_of(file)
        if {"tests", "testing"} & set(name.split("."))
    }

    assert len(files) > 100
    assert importing == {}


def test_images_have_no_history_and_no_secret_files() -> None:
    """Everything is left out but the named folders, and files of settings in them."""
    named = {line for line in IGNORED if line.startswith("!")}

    assert "*" in IGNORED
    assert "**/.env*" in IGNORED
    assert not {line for line in named if ".git" in line or "env" in line or "var" in line}
