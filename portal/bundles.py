"""Bundles of static files: one stylesheet for all pages, one script for each kind of page.

The sources stay separate files. A bundle is their concatenation, in the folder of the portal's own
files, so that relative addresses in it stay right. It is written when static files are collected,
and in trial mode when they are searched; a changed source changes the bundle.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, overload

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

BUNDLES: dict[str, tuple[str, ...]] = {
    # Later files override earlier ones.
    "portal/pages.css": (
        "portal/tokens.css",
        "portal/reset.css",
        "portal/base.css",
        "portal/layout.css",
        "portal/buttons.css",
        "portal/forms.css",
        "portal/server.css",
        "portal/server_state.css",
        "portal/server_open.css",
        "portal/dashboard.css",
        "portal/reference.css",
        "portal/help.css",
        "portal/thread.css",
        "portal/help_pages.css",
        "portal/landing.css",
        "portal/second_factor.css",
        "portal/print.css",
    ),
    "portal/pages.js": (
        "portal/portal.js",
        # After portal.js, whose lock of a form it ends.
        "portal/forms.js",
        "portal/passwords.js",
        "portal/copy.js",
        "portal/print.js",
    ),
    # The dashboard loads this one only.
    "portal/dashboard-page.js": (
        "vendor/htmx/htmx.min.js",
        "portal/portal.js",
        "portal/copy.js",
        # Before server.js, which gives a button its focus back: only a visible one can have it.
        "portal/start_outcome.js",
        "portal/server.js",
        "portal/poll.js",
    ),
}


class BundleFinder(BaseFinder):
    """Finder of Django's static files that makes the bundles."""

    def __init__(self) -> None:
        self.storage = FileSystemStorage(location=settings.VAR_DIR / "bundles")

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    @overload
    def find(self, path: str, find_all: Literal[False] = ...) -> str | None: ...
    @overload
    def find(self, path: str, find_all: Literal[True]) -> list[str]: ...
    def find(self, path: str, find_all: bool = False, **_deprecated: Any) -> str | list[str] | None:
        """Return the path of a bundle; with `find_all` a list. Raises OSError."""
        found = self._write(path) if path in BUNDLES else None
        if find_all:
            return [found] if found else []
        return found

    def list(
        self, ignore_patterns: Iterable[str] | None
    ) -> Iterable[tuple[str, FileSystemStorage]]:
        """Yield the name of each bundle with its storage. Raises OSError."""
        for name in BUNDLES:
            if not matches_patterns(name, ignore_patterns or ()):
                self._write(name)
                yield name, self.storage

    def _write(self, name: str) -> str:
        path = Path(self.storage.path(name))
        content = concatenate(name)
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Several processes may write at once.
            unfinished = path.with_name(f"{path.name}.{os.getpid()}")
            unfinished.write_text(content, encoding="utf-8")
            unfinished.replace(path)
        return str(path)


def concatenate(name: str) -> str:
    """Return the text of the bundle, with the name of each source before it. Raises OSError."""
    return "\n".join(
        f"/* {source} */\n{(settings.BASE_DIR / 'static' / source).read_text(encoding='utf-8')}"
        for source in BUNDLES[name]
    )
