"""First notebook: which homes get it, and what remains if the disk refuses."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User


@pytest.fixture
def module(load: Any) -> Any:
    return load("first_notebook")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def entries(home: Path) -> set[str]:
    return {entry.name for entry in home.iterdir()}


@pytest.mark.parametrize("language", User.Language.values)
def test_new_home_gets_the_notebook(module: Any, home: Path, language: str) -> None:
    assert module.put_first_notebook(home, language) is None

    [notebook] = home.iterdir()
    assert notebook.name == module.NAMES[language]
    assert notebook.read_bytes() == (module.NOTEBOOKS / f"{language}.ipynb").read_bytes()


@pytest.mark.parametrize("name", [".bashrc", "lost+found", ".first-notebook.part"])
def test_home_with_only_its_makers_files_is_new(module: Any, home: Path, name: str) -> None:
    (home / name).touch()

    module.put_first_notebook(home, "fa")

    assert module.NAMES["fa"] in entries(home)
    assert module.PART not in entries(home)


@pytest.mark.parametrize("name", ["thesis.ipynb", ".local", ".ssh"])
def test_used_home_gets_none(module: Any, home: Path, name: str) -> None:
    (home / name).touch()

    module.put_first_notebook(home, "fa")

    assert entries(home) == {name}


def test_changed_notebook_stays_as_it_is(module: Any, home: Path) -> None:
    module.put_first_notebook(home, "fa")
    [notebook] = home.iterdir()
    notebook.write_text("mine")

    module.put_first_notebook(home, "en")

    assert entries(home) == {module.NAMES["fa"]}
    assert notebook.read_text() == "mine"


@pytest.mark.parametrize("call", ["shutil.copyfileobj", "os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_refusing_disk_leaves_no_half_copy(
    module: Any, home: Path, monkeypatch: pytest.MonkeyPatch, call: str, error: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(error, "refused by the disk")

    monkeypatch.setattr(call, refuse)

    assert "refused by the disk" in module.put_first_notebook(home, "fa")
    assert entries(home) == set()


def test_missing_home_is_no_error(module: Any, home: Path) -> None:
    assert "No such file" in module.put_first_notebook(home / "nowhere", "fa")
