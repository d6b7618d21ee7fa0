"""Somebody with a server of their own in a running copy, at their dashboard."""

from __future__ import annotations

from bs4 import BeautifulSoup

from tests.system.process_table import environment_of, processes_of, wait_until
from tests.system.visitor import Visitor


class Owner:
    """Signs up, and does everything through the portal's pages."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.copy = visitor.copy
        self.name = visitor.sign_up("parvin")

    def press(self, button: str) -> None:
        page = f"{self.copy.portal_url}/dashboard/"
        token = BeautifulSoup(self.visitor.get(page).text, "html.parser").find(
            attrs={"name": "csrfmiddlewaretoken"}
        )
        self.visitor.session.post(
            f"{self.copy.portal_url}/server/{button}/",
            data={"csrfmiddlewaretoken": token["value"]},
            headers={"Referer": page},
            timeout=20,
        ).raise_for_status()

    def start(self) -> None:
        self.press("start")
        assert wait_until(lambda: self.state() == "ready", 60)
        assert self.cause() is None

    def state(self) -> str:
        return self.visitor.get(f"{self.copy.portal_url}/api/v1/server/").json()["state"]

    def cause(self) -> str | None:
        """The reason on the card, as the page marks it."""
        page = self.visitor.get(f"{self.copy.portal_url}/dashboard/").text
        ending = BeautifulSoup(page, "html.parser").find(id="server-stop-reason")
        return str(ending["data-cause"]) if ending else None

    def process(self) -> int:
        """The id of the server's own process, which started all others of it."""
        return min(
            pid
            for pid, command in processes_of(self.copy).items()
            if "user_server.py" in command
            and environment_of(pid).get("JUPYTERHUB_USER") == self.name
        )
