"""Processes that end with the process that started them.

The Hub's configuration uses this too, inside and outside of its image.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence


def tied_to_parent(command: Sequence[str]) -> list[str]:
    """Return the command, changed to receive SIGTERM when its parent dies for any reason.

    Linux only. Without setpriv (util-linux) the command is returned unchanged.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--", *command] if setpriv else list(command)
