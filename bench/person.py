"""Somebody who signs up and presses «start», over the same HTTP as a browser."""

from __future__ import annotations

import secrets
import time
from urllib.parse import parse_qs, urlsplit

import requests
from bs4 import BeautifulSoup

PATIENCE_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.2


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
        """Press the button of the page that is open already; the page then follows this start."""
        answer = self._post("/server/start/", self._start_form)
        (follow,) = parse_qs(urlsplit(answer.headers["Location"]).query)["follow"]
        return follow

    def sent_to_lab(self, follow: str) -> bool:
        """Ask for the server's card as the open page does; True when it leads to the Lab."""
        answer = self._session.get(
            f"{self._portal_url}/dashboard/server/",
            params={"follow": follow},
            headers={"HX-Request": "true"},
            timeout=PATIENCE_SECONDS,
        )
        answer.raise_for_status()
        return "lab-ready" in answer.headers.get("HX-Trigger-After-Swap", "")

    def stop(self) -> None:
        """Stop the server, whoever started it, and come back to a page that can start it."""
        self._post("/server/stop/", self._start_form)
        self._start_form = self._open_dashboard()

    def hub_username(self) -> str:
        """As the address of this person's ready server has it."""
        answer = self._session.get(
            f"{self._portal_url}/server/open/", allow_redirects=False, timeout=PATIENCE_SECONDS
        )
        (lab_path,) = parse_qs(urlsplit(answer.headers["Location"]).query)["next"]
        return lab_path.split("/")[2]

    def _open_dashboard(self) -> dict[str, str]:
        return self._form_of("/dashboard/", action="/server/start/")

    def _sign_up(self, name: str) -> None:
        form = self._form_of("/accounts/signup/", action="/accounts/signup/")
        password = secrets.token_urlsafe(16)
        form |= {"username": name, "email": f"{name}@example.ir", "password1": password}
        answer = self._post("/accounts/signup/", form)
        if answer.status_code != 302:
            raise RuntimeError(f"{name} could not sign up: {answer.status_code}")

    def _form_of(self, path: str, *, action: str) -> dict[str, str]:
        """The hidden and filled-in fields of the page's form that posts to `action`."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self._session.get(f"{self._portal_url}{path}", timeout=PATIENCE_SECONDS)
            answer.raise_for_status()
            form = BeautifulSoup(answer.text, "html.parser").find("form", action=action)
            if form is not None:
                fields = [field for field in form("input") if field.get("name")]
                return {field["name"]: field.get("value", "") for field in fields}
            if time.monotonic() > until:
                raise RuntimeError(f"{path} has no form that posts to {action}")
            time.sleep(LOOK_AGAIN_SECONDS)  # the server still stops, or is being looked at

    def _post(self, path: str, form: dict[str, str]) -> requests.Response:
        return self._session.post(
            f"{self._portal_url}{path}",
            data=form,
            headers={"Referer": f"{self._portal_url}{path}"},
            allow_redirects=False,
            timeout=PATIENCE_SECONDS,
        )
