"""Entry point of `make up`: installs what is missing, then runs the copy."""

import sys

MIN_PYTHON = (3, 11)

if sys.version_info < MIN_PYTHON:
    found = "{}.{}".format(*sys.version_info[:2])
    sys.exit(
        f"Shaparak needs Python 3.11 or newer; this one is {found}. Try: make up PYTHON=python3.11"
    )

import os  # noqa: E402

from deploy.local import install  # noqa: E402


def main() -> None:
    try:
        install.install_runtime()
    except install.CannotInstall as problem:
        sys.exit(f"make up: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
    python = str(install.VENV_PYTHON)
    # This process is replaced, so that signals reach the copy.
    os.execv(python, [python, "-m", "deploy.local.run"])


if __name__ == "__main__":
    main()
