"""Process that answers for all simulated servers: `/user/NAME/api` returns a version.

Usage:
    python shared_server.py PORT
"""

from __future__ import annotations

import sys

from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.web import Application, RequestHandler


class VersionHandler(RequestHandler):
    def get(self, _path: str) -> None:
        self.set_header("X-JupyterHub-Version", "6.1.1")
        self.write({"version": "2.17.0"})


def main() -> None:
    server = HTTPServer(Application([(r"/user/(.*)", VersionHandler)]))
    server.listen(int(sys.argv[1]), "127.0.0.1", backlog=512)
    IOLoop.current().start()


if __name__ == "__main__":
    main()
