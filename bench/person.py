"""Person who signs up and clicks "start", over HTTP like a browser."""

from __future__ import annotations

import secrets
import time
from urllib.parse import parse_qs, urlsplit

import requests
from bs4 import BeautifulSoup

PAGE_TIMEOUT_SECONDS = 30.0
PAGE_POLL_SECONDS = 0.2


class Person:
    def __init__(self, portal_url: str, name: str) -> None:
        self._portal_url = portal_url
        self._session = requests.Session()
        self._session.trust_env = False
        self._sign_up(name)
        self._start_form = self._open_dashboard()

    def close(self) -> None:
        self._session.close()

    def click_start(self) -> str:
        """Click the button of the open page. Return the id of the start that the page follows."""
        response = self._post("/server/start/", self._start_form)
        (follow,) = parse_qs(urlsplit(response.headers["Location"]).query)["follow"]
        return follow

    def sent_to_lab(self, follow: str) -> bool:
        """Poll the card as the open page does. Return whether it leads to the Lab."""
        response = self._session.get(
            f"{self._portal_url}/dashboard/server/",
            params={"follow": follow},
            headers={"HX-Request": "true"},
            timeout=PAGE_TIMEOUT_SECONDS,
        )
        response.raise_for_status()
        return "lab-ready" in response.headers.get("HX-Trigger-After-Swap", "")

    def stop(self) -> None:
        """Stop the server and wait for a page that can start it again."""
        self._post("/server/stop/", self._start_form)
        self._start_form = self._open_dashboard()

    def hub_username(self) -> str:
        """Return the name on the Hub, from the address of the ready server."""
        response = self._session.get(
            f"{self._portal_url}/server/open/", allow_redirects=False, timeout=PAGE_TIMEOUT_SECONDS
        )
        (lab_path,) = parse_qs(urlsplit(response.headers["Location"]).query)["next"]
        return lab_path.split("/")[2]

    def _open_dashboard(self) -> dict[str, str]:
        return self._form_of("/dashboard/", action="/server/start/")

    def _sign_up(self, name: str) -> None:
        form = self._form_of("/accounts/signup/", action="/accounts/signup/")
        password = secrets.token_urlsafe(16)
        form |= {"username": name, "email": f"{name}@example.ir", "password1": password}
        response = self._post("/accounts/signup/", form)
        if response.status_code != 302:
            raise RuntimeError(f"{name} could not sign up: {response.status_code}")

    def _form_of(self, path: str, *, action: str) -> dict[str, str]:
        """Return the fields with their values of the form that posts to `action`."""
        until = time.monotonic() + PAGE_TIMEOUT_SECONDS
        while True:
            response = self._session.get(f"{self._portal_url}{path}", timeout=PAGE_TIMEOUT_SECONDS)
            response.raise_for_status()
            form = BeautifulSoup(response.text, "html.parser").find("form", action=action)
            if form is not None:
                fields = [field for field in form("input") if field.get("name")]
                return {field["name"]: field.get("value", "") for field in fields}
            if time.monotonic() > until:
                raise RuntimeError(f"{path} has no form that posts to {action}")
            time.sleep(PAGE_POLL_SECONDS)  # the server is still stopping

    def _post(self, path: str, form: dict[str, str]) -> requests.Response:
        return self._session.post(
            f"{self._portal_url}{path}",
            data=form,
            headers={"Referer": f"{self._portal_url}{path}"},
            allow_redirects=False,
            timeout=PAGE_TIMEOUT_SECONDS,
        )
