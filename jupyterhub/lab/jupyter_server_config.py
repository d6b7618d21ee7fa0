"""Jupyter's server, for JupyterLab and Notebook alike: our extension, and the way to the portal."""

import os
from collections.abc import Sequence
from pathlib import Path

from jupyter_server.base.handlers import FileFindHandler

c = get_config()  # noqa: F821  (given by traitlets)


class StaticFiles(FileFindHandler):
    """Files of JupyterLab and of Notebook, some of which have one name, such as fonts of formulas.

    The base class (Jupyter Server 2.21) remembers by its name where a file was found, and refuses
    that of the other application with 403.
    """

    @classmethod
    def get_absolute_path(cls, roots: Sequence[str], path: str) -> str:
        candidates = (os.path.abspath(os.path.join(root, path)) for root in roots)  # noqa: PTH100, PTH118
        return next((found for found in candidates if os.path.isfile(found)), "")  # noqa: PTH113


# Beside this file, wherever that is: in the repository, or in the image.
c.LabServerApp.extra_labextensions_path = [str(Path(__file__).parent / "labextensions")]
c.ServerApp.tornado_settings = {
    # Read by portal_link.js.
    "page_config_data": {"shaparakPortalUrl": os.environ.get("SHAPARAK_PORTAL_URL", "")},
    "static_handler_class": StaticFiles,
}
