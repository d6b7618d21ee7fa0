"""Service that passes the Hub's allowed requests to the engine and refuses all others.

    python -m deploy.socket_guard.guard

Environment: SERVER_IMAGE, SERVER_NETWORK, SERVER_MEMORY, SERVER_CPUS and ACTIVE_SERVER_LIMIT, as
the Hub has them, and HOME_SIZE.

What the Hub sends is logged shortened and escaped: a Hub under attack must not write lines of this
log.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, urlencode

from deploy.socket_guard import allowed_requests
from deploy.socket_guard.allowed_requests import Kind, Match
from deploy.socket_guard.container_count import ContainerCount, TooManyContainers
from deploy.socket_guard.creation import CreationRefused, checked, shortened
from deploy.socket_guard.engine import Engine, EngineUnavailable, Response
from deploy.socket_guard.homes import Homes
from deploy.socket_guard.server_limits import GUARD_LABEL, InvalidLimit, ServerLimits

logger = logging.getLogger("socket_guard")

SOCKET = "/var/run/docker.sock"
PORT = 2375

MAX_BODY_BYTES = 256 * 1024  # a server's environment has some kilobytes
MAX_LENGTH_DIGITS = 9
REQUEST_TIMEOUT = timedelta(seconds=30)  # to receive a request


class Refused(Exception):
    """The request is answered with 403 and the message, and logged."""


class Guard:
    """Decision on a request, and the call of the engine."""

    def __init__(self, engine: Engine, limits: ServerLimits) -> None:
        self._engine = engine
        self._limits = limits
        self._homes = Homes(engine, limits)
        self._count = ContainerCount(engine, limits.max_containers)

    def handle(self, method: str, target: str, body: bytes) -> Response:
        """Return the engine's response. Raises Refused and EngineUnavailable."""
        match = allowed_requests.find(method, target)
        if match is None:
            raise Refused("this request is not allowed")
        if match.route.kind is Kind.CREATION:
            return self._create(match, body)
        if body not in (b"", b"{}", b"null"):
            raise Refused("this request takes no body")
        if match.route.kind is Kind.IMAGE and match.subject not in self._image_names():
            raise Refused("this is not the image of users' servers")
        if match.route.kind is Kind.CONTAINER:
            return self._forward_to_container(match)
        return self._engine.request(method, _target(match.path, match.query))

    def _create(self, match: Match, body: bytes) -> Response:
        name, version = match.query["name"], match.path.split("/")[1]
        try:
            passed_on = checked(body, name, self._limits)
            with self._count.room_for(name, version=version):
                refusal = self._homes.prepare(self._limits.owner_of(name) or "", version=version)
                return refusal or self._engine.request(
                    "POST", _target(match.path, match.query), passed_on
                )
        except (CreationRefused, TooManyContainers) as refused:
            raise Refused(str(refused)) from refused

    def _forward_to_container(self, match: Match) -> Response:
        """Use the id of the checked container: its name may belong to another one by then."""
        version = match.path.split("/")[1]
        found = self._engine.request("GET", f"/{version}/containers/{match.subject}/json")
        if found.status != 200:
            return found
        container = json.loads(found.body)
        if GUARD_LABEL not in (container["Config"]["Labels"] or {}):
            raise Refused("this container is not a user's server")
        path = match.path.replace(f"/containers/{match.subject}", f"/containers/{container['Id']}")
        return self._engine.request(match.route.method, _target(path, match.query))

    def _image_names(self) -> set[str]:
        return {self._limits.image, f"{self._limits.image}:latest"}


def _target(path: str, query: dict[str, str]) -> str:
    return f"{quote(path)}?{urlencode(query)}" if query else quote(path)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = REQUEST_TIMEOUT.total_seconds()
    guard: Guard

    def _respond(self) -> None:
        try:
            response = self.guard.handle(self.command, self.path, self._read_body())
        except Refused as refused:
            logger.warning("Refused %s %s: %s", self.command, shortened(self.path, 200), refused)
            response = _error(403, f"socket guard: {refused}")
            self.close_connection = True
        except EngineUnavailable as error:
            logger.error("%s %s: %s", self.command, shortened(self.path, 200), error)  # noqa: TRY400
            response = _error(502, f"socket guard: {error}")
        self.send_response(response.status)
        if response.content_type:
            self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _respond

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") or self.headers.get("Upgrade"):
            raise Refused("Transfer-Encoding and Upgrade are not allowed")
        lengths = self.headers.get_all("Content-Length", ["0"])
        if len(lengths) != 1 or not re.fullmatch("[0-9]+", lengths[0]):
            raise Refused("Content-Length is not one number")
        digits = lengths[0].lstrip("0")
        # Python converts no number of thousands of digits.
        length = int(digits or "0") if len(digits) <= MAX_LENGTH_DIGITS else MAX_BODY_BYTES + 1
        if length > MAX_BODY_BYTES:
            raise Refused(f"the body has more than {MAX_BODY_BYTES} bytes")
        return self.rfile.read(length)

    def log_message(self, format: str, *arguments: object) -> None:
        """Log only refusals: the Hub checks each server every few seconds."""


def _error(status: int, message: str) -> Response:
    """Return an error in the engine's format, so that the Hub shows the message."""
    return Response(status, "application/json", json.dumps({"message": message}).encode())


class GuardServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a whole class may start at once

    def __init__(self, address: tuple[str, int], guard: Guard) -> None:
        super().__init__(address, type("HandlerOfGuard", (Handler,), {"guard": guard}))

    def handle_error(self, request: object, client_address: object) -> None:
        """Log a broken connection in one line, and anything else with its traceback."""
        error = sys.exception()
        if isinstance(error, OSError):
            logger.warning("The connection of %s broke: %s", client_address, type(error).__name__)
        else:
            logger.error("A request of %s failed", client_address, exc_info=error)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        limits = ServerLimits.read(os.environ)
    except InvalidLimit as refused:
        sys.exit(str(refused))
    server = GuardServer(("", PORT), Guard(Engine(SOCKET), limits))
    logger.info("Allowing servers of image %s in network %s", limits.image, limits.network)
    server.serve_forever()


if __name__ == "__main__":
    main()
