"""Stand-in for a user's server: answers every request below its address with its user's name.

It reports no activity to the Hub. Python's own HTTP server takes twice the memory.
"""

import os
import signal
import socketserver
from urllib.parse import urlsplit

# Given to each server by the Hub (jupyterhub.spawner.Spawner.get_env).
ADDRESS = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
PREFIX = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
USER = os.environ["JUPYTERHUB_USER"]
VERSION = os.environ["JUPYTERHUB_VERSION"]


class Connection(socketserver.StreamRequestHandler):
    timeout = 60  # seconds for which a connection may be idle

    def handle(self) -> None:
        while self._answer():
            pass

    def _answer(self) -> bool:
        """Answer one request. Return whether another can follow."""
        try:
            request = self.rfile.readline().split()
            while request and self.rfile.readline().strip():
                pass  # headers; no request here has a body
        except OSError:
            return False
        if len(request) != 3:
            return False
        is_ours = request[1].decode().startswith(PREFIX)
        body = USER.encode() if is_ours else b""
        lines = [
            "HTTP/1.1 200 OK" if is_ours else "HTTP/1.1 404 Not Found",
            f"X-JupyterHub-Version: {VERSION}",
            "Content-Type: text/plain",
            f"Content-Length: {len(body)}",
        ]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + body)
        return True


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    # The first process of a container ignores a signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    Server((ADDRESS.hostname, ADDRESS.port), Connection).serve_forever()
