"""Collects the static files where they differ from what was collected last."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

IGNORED = ["CVS", ".*", "*~"]  # as collectstatic itself does


def collect_static_files() -> bool:
    """True when there was something to do.

    Hashing and compressing takes seconds of every start of the trial mode, mostly for the scripts
    of /api/docs/ and of the admin, which change with an upgrade alone.
    """
    stamp = Path(settings.STATIC_ROOT) / "collected-from"
    fingerprint = _fingerprint()
    if stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    # Last: without it the next start does everything again.
    stamp.write_text(fingerprint, encoding="ascii")
    return True


def _fingerprint() -> str:
    """Of every source's name, size and time, and of what makes the results from them."""
    facts = [version("django"), version("whitenoise"), repr(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for name, storage in finder.list(IGNORED):
            state = Path(storage.path(name)).stat()
            facts.append(f"{name} {state.st_size} {state.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()
