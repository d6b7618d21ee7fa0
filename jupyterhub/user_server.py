"""A user's server, loaded in steps so that its owner sees the progress."""

import sys

from start_steps import Step

# This folder was on the path for the import above only.
del sys.path[0]

# jsonschema imports this if it is installed, and it compiles a grammar for more than a second: a
# third of the whole start. It checks the format "iri", which no schema of JupyterLab uses.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]


def log_step(step: Step) -> None:
    print(step.log_line, flush=True)


import jupyter_server.serverapp  # noqa: E402, F401

log_step(Step.SERVER_LOADED)
import jupyterlab.labapp  # noqa: E402, F401

log_step(Step.LAB_LOADED)
from jupyterhub.singleuser import main  # noqa: E402

log_step(Step.EXTENSIONS_LOADING)
main()
