"""Command of the proxy in front of a real Hub, the same that `make up` runs."""

from __future__ import annotations

from deploy.local import install


def proxy_command() -> list[str]:
    """Return the command of npm's configurable-http-proxy, without any arguments."""
    node = install.find_node()
    if node is None or not install.PROXY_SCRIPT.is_file():
        raise FileNotFoundError(f"{install.PROXY_SCRIPT} is not there: `make test` installs it")
    return [str(node), str(install.PROXY_SCRIPT)]
