"""First notebook: a page of Persian text, a table and a plot that a new home gets, once.

Only a home that nobody has used gets it: it has no entry but those of NOT_ONES_OWN. A server that
has run leaves `.local` there, so that a notebook that its owner deleted does not come back. A home
in which the copy failed does not get it later either.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parent / "first_notebook"
NAMES = {"fa": "از اینجا شروع کنید.ipynb", "en": "Start here.ipynb"}

# Left by a start that was killed while it copied.
PART = ".first-notebook.part"
# What a home has before its owner comes: Debian's /etc/skel, and what a new ext4 volume contains.
NOT_ONES_OWN = frozenset({".bash_logout", ".bashrc", ".profile", "lost+found", PART})


def put_first_notebook(home: Path, language: str) -> str | None:
    """Put the notebook of this language into a new home. Never raises OSError.

    Call it before the server creates its own files. Return the reason if the disk refused the
    copy: the server starts without it.
    """
    try:
        if {entry.name for entry in home.iterdir()} <= NOT_ONES_OWN:
            _copy(NOTEBOOKS / f"{language}.ipynb", home / NAMES[language], home / PART)
    except OSError as error:
        return str(error)
    return None


def _copy(source: Path, target: Path, part: Path) -> None:
    """Copy the whole file or nothing, whatever ends the disk, the process or the host."""
    try:
        with source.open("rb") as read, part.open("wb") as written:
            shutil.copyfileobj(read, written)
            written.flush()
            os.fsync(written.fileno())
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
