"""Student of a simulated class, who signs up, starts the server and opens it, over HTTP."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import requests

from bench.card import Card, NoCard, read_card
from tests import hub_names
from tests.browser.people import PASSWORD
from tests.smoke_kubernetes.installation import Installation

PAGE_TIMEOUT = 30.0  # seconds
START_TIMEOUT = 120.0  # seconds
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class ErrorSeen(Exception):
    """The student would see this in place of the page."""


class Student:
    def __init__(self, installation: Installation, authority: Path, name: str) -> None:
        self.name = name
        self.requests_sent = 0
        self._installation = installation
        self._session = hub_names.session(authority=str(authority))

    def close(self) -> None:
        self._session.close()

    def sign_up(self) -> None:
        """Raises ErrorSeen."""
        fields = {"email": f"{self.name}@example.ir", "password1": PASSWORD, "username": self.name}
        page = self._submit("/accounts/signup/", fields, form_on="/accounts/signup/")
        if not page.url.endswith("/dashboard/"):
            raise ErrorSeen(f"sign-up led to {page.url}")

    def start_and_open(self) -> float:
        """Start the server, and follow its page until it leads to the server.

        Return the seconds from the click to the server's page. Raises ErrorSeen.
        """
        began = time.monotonic()
        card = self._card(
            self._submit("/server/start/", {"next": ""}, form_on="/dashboard/", htmx=True)
        )
        while not card.is_sent_to_lab:
            if card.state == "failed":
                raise ErrorSeen("the start failed")
            if time.monotonic() > began + START_TIMEOUT:
                raise ErrorSeen(f"{card.state} after {START_TIMEOUT:.0f} s")
            time.sleep(card.poll_after)
            card = self._card(self._get(card.poll_url, htmx=True), shown=card)
        self.open_lab()
        return time.monotonic() - began

    def open_lab(self) -> None:
        """Open the server by the portal's button. Raises ErrorSeen."""
        lab = self._get("/server/open/")
        if not lab.url.startswith(self._installation.lab_url(self.name)):
            raise ErrorSeen(f"the button led to {lab.url}")

    def stop(self) -> None:
        """Raises ErrorSeen."""
        self._submit("/server/stop/", {}, form_on="/dashboard/", htmx=True)

    def _card(self, response: requests.Response, shown: Card | None = None) -> Card:
        try:
            return read_card(response.status_code, response.headers, response.text, shown)
        except NoCard as error:
            raise ErrorSeen(str(error)) from error

    def _submit(
        self, path: str, fields: dict[str, str], *, form_on: str, htmx: bool = False
    ) -> requests.Response:
        token = _TOKEN.search(self._get(form_on).text)
        if token is None:
            raise ErrorSeen(f"no form on {form_on}")
        data = {**fields, "csrfmiddlewaretoken": token[1]}
        return self._request("POST", path, htmx=htmx, data=data)

    def _get(self, path: str, *, htmx: bool = False) -> requests.Response:
        return self._request("GET", path, htmx=htmx)

    def _request(self, method: str, path: str, *, htmx: bool, **options: Any) -> requests.Response:
        """Send a request to the portal and follow its redirects. Raises ErrorSeen."""
        portal_url = self._installation.portal_url
        headers = {"Referer": f"{portal_url}/dashboard/"} | ({"HX-Request": "true"} if htmx else {})
        self.requests_sent += 1
        try:
            response = self._session.request(
                method, f"{portal_url}{path}", headers=headers, timeout=PAGE_TIMEOUT, **options
            )
        except requests.RequestException as error:
            raise ErrorSeen(f"{method} {path}: {error!r}") from error
        if not response.ok:
            raise ErrorSeen(f"{method} {path}: {response.status_code} of {response.url}")
        return response
