"""Somebody who is signed in, before the dashboard: over HTTP as a browser, without its weight."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import urlencode, urlsplit

from bench.signed_in import SignedIn

PATIENCE_SECONDS = 60.0
_CARD = re.compile(r'data-ask-again="([0-9.]+)"\s+hx-get="([^"]+)"')
_STATE = re.compile(r'data-state="([a-z]+)"')


@dataclass(frozen=True, slots=True)
class Card:
    """What the server's card on the page says."""

    state: str
    is_sent_to_lab: bool
    ask_again_at: str  # its own address
    poll_after: float  # seconds


class ErrorSeen(Exception):
    """What a person would see instead of their page."""


class Visitor:
    """One browser tab, with a connection that it keeps."""

    def __init__(self, portal_url: str, person: SignedIn) -> None:
        self._connection = http.client.HTTPConnection(
            urlsplit(portal_url).netloc, timeout=PATIENCE_SECONDS
        )
        self._person = person

    def close(self) -> None:
        self._connection.close()

    def press_start(self) -> Card:
        """Press the button of the page that is open already. Raises ErrorSeen."""
        form = urlencode({"csrfmiddlewaretoken": self._person.csrf, "next": ""})
        return self._card("POST", "/server/start/", form)

    def look_again(self, card: Card) -> Card:
        """As the open page asks for its card. Raises ErrorSeen."""
        return self._card("GET", card.ask_again_at, shown=card)

    def open_dashboard(self) -> str:
        """The whole page. Raises ErrorSeen."""
        return self._request("GET", "/dashboard/", None, {})[1]

    def _card(
        self, method: str, path: str, form: str | None = None, shown: Card | None = None
    ) -> Card:
        headers = {"HX-Request": "true"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answered, page = self._request(method, path, form, headers)
        if answered.status == 204 and shown is not None:  # nothing has changed
            again_after = float(answered.getheader("Ask-Again-After", ""))
            return replace(shown, poll_after=again_after)
        state, again = _STATE.search(page), _CARD.search(page)
        if state is None or again is None:
            raise ErrorSeen(f"{method} {path}: no card in {page[:200]!r}")
        return Card(
            state=state[1],
            is_sent_to_lab="lab-ready" in answered.getheader("HX-Trigger-After-Swap", ""),
            ask_again_at=unescape(again[2]),
            poll_after=float(again[1]),
        )

    def _request(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        headers = headers | {"Cookie": self._person.cookie}
        # The edge ends connections that rest: a browser that finds one ended asks again over a new
        # one, and nobody sees it.
        was_open = self._connection.sock is not None
        try:
            try:
                answer, page = self._ask(method, path, body, headers)
            except (ConnectionError, http.client.RemoteDisconnected):
                if not was_open:
                    raise
                answer, page = self._ask(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise ErrorSeen(f"{method} {path}: {error!r}") from error
        if answer.status not in (200, 204):
            raise ErrorSeen(f"{method} {path}: {answer.status}")
        return answer, page

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            return answer, answer.read().decode()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
