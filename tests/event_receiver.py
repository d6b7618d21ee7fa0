"""Stand-in for the portal that receives and verifies the Hub's events."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from standardwebhooks import Webhook

from jupyter_integration.testing.waiting import wait_for

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSB0ZXN0cycgd2ViaG9va3M="
OTHER_SECRET = "whsec_" + "YW5vdGhlciBzZWNyZXQgb2YgdGhlIHRlc3Rz"


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def read(self, secret: str = SECRET) -> Any:
        """Return the event. Raises WebhookVerificationError if `secret` did not sign it."""
        return Webhook(secret).verify(self.body, self.headers)


class EventReceiver:
    """Listens on a free port, or on the given one: `with EventReceiver() as portal:`."""

    def __init__(self, port: int = 0) -> None:
        self.received: list[Received] = []
        self.respond: Callable[[], int] = lambda: 204  # returns the status of each response
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def events(self, *, of: str = "") -> list[dict[str, Any]]:
        """Return the received events in order; `of` selects one user of the Hub."""
        events = [received.read() for received in list(self.received)]
        return [event for event in events if not of or event["data"].get("username") == of]

    def kinds(self, *, of: str = "") -> list[str]:
        return [event["type"] for event in self.events(of=of)]

    def wait_for(self, *kinds: str, of: str = "", seconds: float = 15.0) -> dict[str, Any]:
        """Wait until exactly these were received in this order, and return the last one."""
        wait_for(lambda: self.kinds(of=of) == list(kinds), seconds=seconds)
        return self.events(of=of)[-1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Received(self.path, headers, body))
                self.send_response(receiver.respond())
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Keep the tests' output readable."""

        return Handler
