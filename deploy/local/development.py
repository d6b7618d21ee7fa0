"""Installation of what tests, lint, screenshots and measurements need."""

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

# In order of preference: the headless shell draws the same pages in half of the processor time.
BROWSERS = ("chromium-headless-shell", "chromium")

# Debian packages, by the program that shows whether each is installed.
DEBIAN_PACKAGES = {
    "chromium-headless-shell": "chromium-headless-shell",
    "msgfmt": "gettext",
    "redis-server": "redis-server",  # a test breaks it under people who sign in
}
# For the measurements. Debian keeps PostgreSQL's own programs off the path, so their wrapper is
# checked.
BENCH_PACKAGES = {
    "redis-server": "redis-server",
    "pg_ctlcluster": "postgresql",
    "caddy": "caddy",
}
POLICY = Path("/usr/sbin/policy-rc.d")


def install_bench_packages() -> None:
    """Install PostgreSQL, Redis and Caddy, from Debian. Raises CannotInstall."""
    packages = _missing(BENCH_PACKAGES)
    if not packages:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise install.CannotInstall(
            f"Missing here: {', '.join(packages)}. Run this as root on Debian, or install them."
        )
    with _services_not_started():
        _apt_install(packages)


@contextmanager
def _services_not_started() -> Iterator[None]:
    """Keep Debian from starting installed services on their usual ports."""
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
    """Return the path of the machine's own browser, if it has one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def install_system_packages() -> None:
    """Install a browser, gettext and Redis from Debian, if this is Debian and root."""
    packages = _missing(DEBIAN_PACKAGES)
    if find_library("atomic") is None:
        # Playwright's Node needs it, and a slim Debian lacks it.
        packages.append("libatomic1")
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        with _services_not_started():
            _apt_install(packages)


def install_playwright_browser() -> None:
    """Install Playwright's own browser if there is no other. Needs Playwright in .venv."""
    if find_browser() is None:
        # If it is installed already, this only checks that.
        install.run([str(install.VENV_PYTHON), "-m", "playwright", "install", "chromium"])
    if shutil.which("msgfmt") is None:
        print("! No msgfmt here: tests of the catalogues will fail. Install gettext.", flush=True)


def _apt_install(packages: list[str]) -> None:
    """Install those packages that this Debian, or derivative, has."""
    install.report(f"Installing {' and '.join(packages)}")
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
        with ThreadPoolExecutor(1) as executor:
            # Unpacking a browser leaves a processor free for Python's packages.
            packages = executor.submit(install_system_packages) if browser else None
            install.install_with(REQUIREMENTS)
        if packages:
            packages.result()
            install_playwright_browser()
        if "--for-bench" in sys.argv[1:]:
            install_bench_packages()
    except install.CannotInstall as problem:
        sys.exit(str(problem))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(error.cmd)} ended with {error.returncode}.")


if __name__ == "__main__":
    main()
