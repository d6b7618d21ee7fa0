"""Secret files of a copy: each secret is generated once, in a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

from deploy.secret_generation import APPLICATION_SECRETS


def create_missing(folder: Path) -> dict[str, Path]:
    """Generate the secrets that `folder` lacks. Return the file of every secret, by its name."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    files = {name: folder / name for name in APPLICATION_SECRETS}
    for name, file in files.items():
        if not file.exists():
            _write_atomically(file, APPLICATION_SECRETS[name]())
    return files


def _write_atomically(file: Path, content: str) -> None:
    """Write the whole secret or nothing: after a kill, no copy may start with half a key."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)
