"""The service: takes requests of the Hub, and passes those on that are allowed.

    python -m deploy.socket_guard.guard

Environment: SERVER_IMAGE, SERVER_NETWORK, SERVER_MEMORY and SERVER_CPUS, as the Hub has them.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, urlencode

from deploy.socket_guard import routes
from deploy.socket_guard.creation import CreationRefused, checked
from deploy.socket_guard.engine import Answer, Engine, EngineAway
from deploy.socket_guard.routes import Kind, Match
from deploy.socket_guard.rules import GUARD_LABEL, Rules, RulesRefused

logger = logging.getLogger("socket_guard")

SOCKET = "/var/run/docker.sock"
PORT = 2375

LARGEST_BODY = 256 * 1024  # bytes; a server's environment is some kilobytes
PATIENCE_SECONDS = 30.0  # for the rest of a request


class Refused(Exception):
    """Answered with 403 and the text, and written to the log."""


class Guard:
    """Decides on one request at a time, and asks the engine."""

    def __init__(self, engine: Engine, rules: Rules) -> None:
        self._engine = engine
        self._rules = rules

    def answer(self, method: str, target: str, body: bytes) -> Answer:
        """Raises Refused and EngineAway."""
        match = routes.find(method, target)
        if match is None:
            raise Refused("there is no such request here")
        if match.route.kind is Kind.CREATION:
            return self._create(match, body)
        if body not in (b"", b"{}", b"null"):
            raise Refused("this request has no body")
        if match.route.kind is Kind.IMAGE and match.subject not in self._names_of_image():
            raise Refused("this is not the image of users' servers")
        if match.route.kind is Kind.CONTAINER:
            return self._touch(match)
        return self._engine.ask(method, _target(match.path, match.query))

    def _create(self, match: Match, body: bytes) -> Answer:
        try:
            passed_on = checked(body, match.query["name"], self._rules)
        except CreationRefused as refused:
            raise Refused(str(refused)) from refused
        return self._engine.ask("POST", _target(match.path, match.query), passed_on)

    def _touch(self, match: Match) -> Answer:
        """Go by the id of what was looked at: a name may be another container's by then."""
        version = match.path.split("/")[1]
        found = self._engine.ask("GET", f"/{version}/containers/{match.subject}/json")
        if found.status != 200:
            return found
        container = json.loads(found.body)
        if GUARD_LABEL not in (container["Config"]["Labels"] or {}):
            raise Refused("this container is no user's server")
        path = match.path.replace(f"/containers/{match.subject}", f"/containers/{container['Id']}")
        return self._engine.ask(match.route.method, _target(path, match.query))

    def _names_of_image(self) -> set[str]:
        return {self._rules.image, f"{self._rules.image}:latest"}


def _target(path: str, query: dict[str, str]) -> str:
    return f"{quote(path)}?{urlencode(query)}" if query else quote(path)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE_SECONDS
    guard: Guard

    def _respond(self) -> None:
        try:
            answer = self.guard.answer(self.command, self.path, self._read_body())
        except Refused as refused:
            logger.warning("Refused %s %s: %s", self.command, self.path[:200], refused)
            answer = _as_engine(403, f"socket guard: {refused}")
            self.close_connection = True
        except EngineAway as away:
            logger.error("%s %s: %s", self.command, self.path[:200], away)  # noqa: TRY400
            answer = _as_engine(502, f"socket guard: {away}")
        self.send_response(answer.status)
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _respond

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") or self.headers.get("Upgrade"):
            raise Refused("this way of sending is not known here")
        lengths = self.headers.get_all("Content-Length", ["0"])
        if len(lengths) != 1 or not lengths[0].isascii() or not lengths[0].isdigit():
            raise Refused("the length of the body is unclear")
        length = int(lengths[0])
        if length > LARGEST_BODY:
            raise Refused("the body is too long")
        return self.rfile.read(length)

    def log_message(self, format: str, *arguments: object) -> None:
        """Only refusals are worth a line: the Hub looks at each server every few seconds."""


def _as_engine(status: int, message: str) -> Answer:
    """As the engine tells errors, so that the Hub shows the text."""
    return Answer(status, "application/json", json.dumps({"message": message}).encode())


class GuardServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a class starts together

    def __init__(self, address: tuple[str, int], guard: Guard) -> None:
        super().__init__(address, type("HandlerOfGuard", (Handler,), {"guard": guard}))


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        rules = Rules.read(os.environ)
    except RulesRefused as refused:
        sys.exit(str(refused))
    server = GuardServer(("", PORT), Guard(Engine(SOCKET), rules))
    logger.info("Servers of %s in %s are let through", rules.image, rules.network)
    server.serve_forever()


if __name__ == "__main__":
    main()
