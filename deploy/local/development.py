"""Installs what tests, lint and screenshots need beside what runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ctypes.util import find_library
from pathlib import Path

from deploy.local import install

REQUIREMENTS = install.REPOSITORY / "requirements-dev.txt"

# Browsers, the better one first: without a window Chromium's headless shell draws the same pages in
# half of the processor's time.
BROWSERS = ("chromium-headless-shell", "chromium")

# What is needed, by the program that shows whether it is here: Debian's package of it.
DEBIAN_PACKAGES = {"chromium-headless-shell": "chromium-headless-shell", "msgfmt": "gettext"}
# What the measurements run beside what is ours. Debian has PostgreSQL's own programs off the path:
# their wrapper stands for them.
BENCH_PACKAGES = {
    "redis-server": "redis-server",
    "pg_ctlcluster": "postgresql",
    "caddy": "caddy",
}
POLICY = Path("/usr/sbin/policy-rc.d")


def install_bench_packages() -> None:
    """PostgreSQL, Redis and Caddy for the measurements: from Debian where that is possible."""
    packages = _missing(BENCH_PACKAGES)
    if not packages:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise install.CannotInstall(f"Missing here: {', '.join(packages)}. Install them.")
    with _no_service_started():
        _apt_install(packages)


@contextmanager
def _no_service_started() -> Iterator[None]:
    """Debian would start them on their usual ports, where nobody asked for them."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def _missing(packages: Mapping[str, str]) -> list[str]:
    return [package for name, package in packages.items() if shutil.which(name) is None]


def find_browser() -> str | None:
    """The machine's own; None where there is only the one that Playwright brings itself."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def install_system_packages() -> None:
    """A browser, and gettext for the catalogues: from Debian where that is possible."""
    packages = _missing(DEBIAN_PACKAGES)
    if find_library("atomic") is None:
        # The Node that Playwright brings needs it, and a slim Debian lacks it.
        packages.append("libatomic1")
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt_install(packages)


def install_what_debian_lacks() -> None:
    """After Python's packages and Debian's: Playwright's own browser where there is no other."""
    if find_browser() is None:
        # A second time it only looks.
        install.run([str(install.VENV_PYTHON), "-m", "playwright", "install", "chromium"])
    if shutil.which("msgfmt") is None:
        print("! No gettext here: tests of the catalogues will fail. Install it.", flush=True)


def _apt_install(packages: list[str]) -> None:
    """Those that this Debian, or what descends from it, has."""
    install.say(f"Installing {' and '.join(packages)}")
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*apt, "update"], env=environment, check=True)
    subprocess.run(
        [*apt, "install", "--yes", "--no-install-recommends", *filter(_is_in_debian, packages)],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _is_in_debian(package: str) -> bool:
    shown = subprocess.run(["apt-cache", "show", package], capture_output=True, check=False)
    return shown.returncode == 0


def main() -> None:
    browser = "--with-browser" in sys.argv[1:]
    try:
        with ThreadPoolExecutor(1) as beside:
            # Unpacking a browser leaves a processor to Python's packages.
            packages = beside.submit(install_system_packages) if browser else None
            install.install_with(REQUIREMENTS)
        if packages:
            packages.result()
            install_what_debian_lacks()
        if "--for-bench" in sys.argv[1:]:
            install_bench_packages()
    except install.CannotInstall as problem:
        sys.exit(str(problem))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(error.cmd)} ended with {error.returncode}.")


if __name__ == "__main__":
    main()
