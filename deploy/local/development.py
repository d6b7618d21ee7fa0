"""Installs what tests, lint and screenshots need beside what runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library

from deploy.local import install

REQUIREMENTS = install.REPOSITORY / "requirements-dev.txt"

# What is needed, by the program that shows whether it is here: Debian's package of it.
DEBIAN_PACKAGES = {"chromium": "chromium", "msgfmt": "gettext"}


def install_system_packages() -> None:
    """A browser, and gettext for the catalogues: from Debian where that is possible."""
    missing = [name for name in DEBIAN_PACKAGES if shutil.which(name) is None]
    packages = [DEBIAN_PACKAGES[name] for name in missing]
    if find_library("atomic") is None:
        # The Node that Playwright brings needs it, and a slim Debian lacks it.
        packages.append("libatomic1")
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt_install(packages)
    if shutil.which("chromium") is None:
        # Playwright's own, once; a second time it only looks.
        install.run([str(install.VENV_PYTHON), "-m", "playwright", "install", "chromium"])
    if shutil.which("msgfmt") is None:
        print("! No gettext here: tests of the catalogues will fail. Install it.", flush=True)


def _apt_install(packages: list[str]) -> None:
    install.say(f"Installing {' and '.join(packages)}")
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*apt, "update"], env=environment, check=True)
    subprocess.run(
        [*apt, "install", "--yes", "--no-install-recommends", *packages],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def main() -> None:
    try:
        install.install_with(REQUIREMENTS)
        if "--with-browser" in sys.argv[1:]:
            install_system_packages()
    except install.CannotInstall as problem:
        sys.exit(str(problem))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(error.cmd)} ended with {error.returncode}.")


if __name__ == "__main__":
    main()
