"""Signed-in person on the dashboard, over HTTP like a browser but much lighter."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode, urlsplit

from bench.card import Card, NoCard, read_card
from bench.signed_in import SignedIn

VISITOR_TIMEOUT_SECONDS = 60.0


class ErrorSeen(Exception):
    """A person would see this error instead of the page."""


class Visitor:
    """One browser tab with one kept connection."""

    def __init__(self, portal_url: str, person: SignedIn) -> None:
        self._connection = http.client.HTTPConnection(
            urlsplit(portal_url).netloc, timeout=VISITOR_TIMEOUT_SECONDS
        )
        self._person = person

    def close(self) -> None:
        self._connection.close()

    def click_start(self) -> Card:
        """Click the button of the open page. Raises ErrorSeen."""
        form = urlencode({"csrfmiddlewaretoken": self._person.csrf, "next": ""})
        return self._card("POST", "/server/start/", form)

    def poll_card(self, card: Card) -> Card:
        """Request the card as the open page does. Raises ErrorSeen."""
        return self._card("GET", card.poll_url, shown=card)

    def open_dashboard(self) -> str:
        """Return the whole page. Raises ErrorSeen."""
        return self._request("GET", "/dashboard/", None, {})[1]

    def _card(
        self, method: str, path: str, form: str | None = None, shown: Card | None = None
    ) -> Card:
        headers = {"HX-Request": "true"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        response, page = self._request(method, path, form, headers)
        try:
            return read_card(response.status, response.headers, page, shown)
        except NoCard as error:
            raise ErrorSeen(f"{method} {path}: {error}") from error

    def _request(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        headers = headers | {"Cookie": self._person.cookie}
        # The edge closes idle connections. A browser then repeats the request over a new one.
        was_open = self._connection.sock is not None
        try:
            try:
                response, page = self._send(method, path, body, headers)
            except (ConnectionError, http.client.RemoteDisconnected):
                if not was_open:
                    raise
                response, page = self._send(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise ErrorSeen(f"{method} {path}: {error!r}") from error
        if response.status not in (200, 204):
            raise ErrorSeen(f"{method} {path}: {response.status}")
        return response, page

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            return response, response.read().decode()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
