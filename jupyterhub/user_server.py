"""A user's server, loaded piece by piece so that its owner can see how far it has come."""

import sys

from start_steps import Step

# This folder was on the path for the line above alone. The server has no use for it.
del sys.path[0]

# jsonschema takes this if it is there, and it compiles a grammar for more than a second, a third of
# the whole start. It checks the format "iri", which no schema of the Lab's has.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]


def tell(step: Step) -> None:
    print(step.line, flush=True)


import jupyter_server.serverapp  # noqa: E402, F401

tell(Step.SERVER_LOADED)
import jupyterlab.labapp  # noqa: E402, F401

tell(Step.LAB_LOADED)
from jupyterhub.singleuser import main  # noqa: E402

tell(Step.EXTENSIONS_LOADING)
main()
