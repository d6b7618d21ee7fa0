"""Interfaces of a user's server, JupyterLab and Notebook 7, and the addresses of one place in both.

Both run in the same server. Notebook 7 fits a phone, JupyterLab does not.
Addresses: `jupyterlab_server/handlers.py` and `notebook/app.py`.
"""

import re
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Self
from urllib.parse import quote, unquote, urlsplit


class Interface(StrEnum):
    LAB = "lab"
    NOTEBOOK = "notebook"

    @classmethod
    def named(cls, text: str | None) -> Self | None:
        return next((interface for interface in cls if interface == text), None)


# Files that Notebook's editor shows. It finds out by itself whether any other path is a folder.
_TEXT_FILES = frozenset(
    {".cfg", ".css", ".csv", ".ini", ".jl", ".js", ".json", ".log", ".md", ".py", ".r"}
    | {".rst", ".sh", ".sql", ".tex", ".toml", ".tsv", ".txt", ".xml", ".yaml", ".yml"}
)

_IN_LAB = re.compile(r"(?:lab|doc)(?:/workspaces/[^/]+)?(?:/tree(?P<file>/.*)?)?/?")
_IN_NOTEBOOK = re.compile(r"(?:tree|notebooks|edit)(?P<file>/.*)?")


def in_interface(hub_username: str, path: str, interface: Interface) -> str:
    """Return the address of the same file or folder in `interface`.

    `path` is one that `own_lab_path` returned; "" is the first page. Addresses that belong to
    neither interface, such as `/git-pull` or a person's own web application, stay as they are.
    """
    home = f"/user/{quote(hub_username)}/"
    parts = urlsplit(path or home)
    place = parts.path.removeprefix(home)
    other = _IN_LAB if interface is Interface.NOTEBOOK else _IN_NOTEBOOK
    found = other.fullmatch(place) if place else None
    if found is None and place:
        return path
    file = ((found and found["file"]) or "").strip("/")
    page = f"{home}{_page_of(file, interface)}"
    return parts._replace(path=f"{page}/{file}" if file else page).geturl()


def _page_of(file: str, interface: Interface) -> str:
    """Return the page that shows a file; `file` is percent-encoded, "" is the home folder."""
    if interface is Interface.LAB:
        return "lab/tree" if file else "lab"
    suffix = PurePosixPath(unquote(file)).suffix.lower()
    if suffix == ".ipynb":
        return "notebooks"
    return "edit" if suffix in _TEXT_FILES else "tree"
