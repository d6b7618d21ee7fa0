"""Command of the proxy in front of a real Hub, the same that `make up` runs."""

from __future__ import annotations

from deploy.local import install


def proxy_command() -> list[str]:
    """Return the command of the proxy, without any arguments."""
    node = install.find_node()
    packages = install.PROXY / "node_modules"
    if node is None or not packages.is_dir():
        raise FileNotFoundError(f"{packages} is not there: `make test` installs it")
    return [str(node), str(install.PROXY_SCRIPT)]
