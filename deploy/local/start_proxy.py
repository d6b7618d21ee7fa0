"""Start of the proxy, which takes its secret only from its environment."""

import os
from itertools import chain
from pathlib import Path

from deploy.local import install
from deploy.local.trial import Trial


def main() -> None:
    trial = Trial.read(os.environ)
    node = install.find_node()
    if node is None:
        raise SystemExit("Node is not installed any more. Run `make up` again: it installs Node.")
    token = Path(os.environ["CONFIGPROXY_AUTH_TOKEN_FILE"]).read_text(encoding="ascii")
    browsers, api, _hub = (str(port) for port in trial.hub_ports)
    # The error pages are shown while the Hub or a user's server does not answer.
    options = {
        "--ip": "127.0.0.1",
        "--port": browsers,
        "--api-ip": "127.0.0.1",
        "--api-port": api,
        "--error-path": str(trial.proxy_pages),
    }
    command = [str(node), str(install.PROXY_SCRIPT), *chain.from_iterable(options.items())]
    os.execve(node, command, os.environ | {"CONFIGPROXY_AUTH_TOKEN": token})


if __name__ == "__main__":
    main()
