"""Environment variables: a secret NAME may also come as NAME_FILE, the path of a file with it."""

import environ
from environ.fileaware_mapping import FileAwareMapping


class _SecretFiles(FileAwareMapping):
    """Values without the line end that a file (a Docker secret) has."""

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).strip()


class Environment(environ.Env):
    ENVIRON = _SecretFiles()

    def bool(self, var: str, default: bool) -> bool:
        """Return whether a switch is on. An empty value is the default, as for the Hub."""
        return bool(super().bool(var, default)) if self.str(var, default="").strip() else default
