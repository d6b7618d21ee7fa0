"""A user's server, loaded in steps so that its owner sees the progress."""

import os
import sys
from pathlib import Path

from first_notebook import put_first_notebook
from server_language import language_of, set_default_language, translate_menus
from start_steps import Step

# This folder was on the path for the imports above only.
del sys.path[0]

language = language_of(os.environ)
set_default_language(language, os.environ)
# Before Jupyter's first file, which ends the home's being new.
if problem := put_first_notebook(Path.home(), language):
    print(f"The first notebook was not copied: {problem}", flush=True)

# jsonschema imports this if it is installed, and it compiles a grammar for more than a second: a
# third of the whole start. It checks the format "iri", which no schema of JupyterLab uses.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]


def log_step(step: Step) -> None:
    print(step.log_line, flush=True)


import jupyter_server.serverapp  # noqa: E402, F401

log_step(Step.SERVER_LOADED)
import jupyterlab.labapp  # noqa: E402, F401

translate_menus(language)
log_step(Step.LAB_LOADED)
from jupyterhub.singleuser import main  # noqa: E402

log_step(Step.EXTENSIONS_LOADING)
main()
