"""A process that must not outlive the process that started it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence


def tied_to_parent(command: Sequence[str]) -> list[str]:
    """The command, made to receive SIGTERM when its parent dies, whatever killed that.

    Linux only: where util-linux has no setpriv the command stays as it is.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--", *command] if setpriv else list(command)
