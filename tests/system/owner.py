"""Person with a server in a running copy, who uses the dashboard."""

from __future__ import annotations

from bs4 import BeautifulSoup

from tests.system.process_table import environment_of, processes_of, wait_until
from tests.system.visitor import Visitor


class Owner:
    """Signs up, and uses only the portal's pages."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.copy = visitor.copy
        self.name = visitor.sign_up("parvin")

    def click(self, button: str) -> None:
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
        self.click("start")
        assert wait_until(lambda: self.state() == "ready", 60)
        assert self.stop_reason() is None

    def state(self) -> str:
        return self.visitor.get(f"{self.copy.portal_url}/api/v1/server/").json()["state"]

    def stop_reason(self) -> str | None:
        """Return the reason that the card shows."""
        page = self.visitor.get(f"{self.copy.portal_url}/dashboard/").text
        reason = BeautifulSoup(page, "html.parser").find(id="server-stop-reason")
        return str(reason["data-cause"]) if reason else None

    def process(self) -> int:
        """Return the id of the server's main process."""
        return min(
            pid
            for pid, command in processes_of(self.copy).items()
            if "user_server.py" in command
            and environment_of(pid).get("JUPYTERHUB_USER") == self.name
        )
