"""Minimal server of a user: answers every GET, or exits."""

from __future__ import annotations

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

if sys.argv[1] == "exit":
    sys.exit(3)


class Answer(BaseHTTPRequestHandler):
    """Answers every GET."""

    def do_GET(self) -> None:
        body = b'{"version": "0"}'
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_DELETE(self) -> None:
        """Shut down, as the Lab does on request of its user."""
        os._exit(0)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the Hub's log readable."""


address = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
HTTPServer(("127.0.0.1", address.port or 0), Answer).serve_forever()
