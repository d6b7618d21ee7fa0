"""The Hub's own pages that lead back to the portal, where a person starts and stops a server."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from jupyterhub.handlers.base import BaseHandler, UserUrlHandler
from tornado import web

# A GET that a browser repeats, or reaches from a POST, must stay a GET on the portal.
SEE_OTHER = 303


def waiting_room(portal_url: str, address: str = "") -> str:
    """The portal's page that starts a server and then opens `address`, a path on the Hub's host.

    `address` is a path as it stood in the browser, query string and percent-encoding included:
    it is quoted once more, so that the portal reads back exactly what was opened.
    """
    page = f"{portal_url}/dashboard/"
    if not address.startswith("/user/"):
        return page
    return f"{page}?{urlencode({'next': address}, quote_via=quote, safe='/')}"


class _PortalPage(BaseHandler):
    """Redirects need no sign-in here: the portal asks for it itself."""

    def initialize(self, portal_url: str) -> None:
        self.portal_url = portal_url

    def without_hub_prefix(self, address: str) -> str:
        """`/hub/user/sara/lab` is where the Hub sees `/user/sara/lab` while no server answers."""
        prefix = self.hub.base_url.rstrip("/")
        return address.removeprefix(prefix) if address.startswith(f"{prefix}/") else address


class HomePage(_PortalPage):
    def get(self) -> None:
        self.redirect(waiting_room(self.portal_url), status=SEE_OTHER)


class SpawnPage(_PortalPage):
    """Stands for the Hub's form and progress page: this Hub starts servers for the portal alone."""

    def get(self) -> None:
        wanted = self._validate_next_url(self.get_argument("next", ""))
        address = self.without_hub_prefix(wanted)
        self.redirect(waiting_room(self.portal_url, address), status=SEE_OTHER)


class UserAddressPage(UserUrlHandler, _PortalPage):
    """An address of a server that does not run, most often a bookmark."""

    @web.authenticated
    async def get(self, user_name: str, user_path: str | None) -> None:
        if self.current_user.name != user_name:
            # The Hub still knows the person who sat here before. Only the portal can tell whose
            # address this is now, and it opens nobody's but the signed-in person's own.
            self._to_waiting_room()
            return
        await super().get(user_name, user_path)

    def render_template(self, name: str, sync: bool = False, **variables: Any) -> Any:
        # Not async: error pages are rendered through here too, and need the text at once.
        if name == "not_running.html":
            self._to_waiting_room()
            raise web.Finish
        return super().render_template(name, sync=sync, **variables)

    def _to_waiting_room(self) -> None:
        address = self.without_hub_prefix(self.request.uri)
        self.redirect(waiting_room(self.portal_url, address), status=SEE_OTHER)


def portal_pages(portal_url: str) -> list[tuple[str, type[BaseHandler], dict[str, str]]]:
    """Routes that take the place of the Hub's own, since an authenticator's come first."""
    settings = {"portal_url": portal_url}
    return [
        (r"/home", HomePage, settings),
        (r"/spawn(?:-pending)?(?:/.*)?", SpawnPage, settings),
        (r"/user/(?P<user_name>[^/]+)(?P<user_path>/.*)?", UserAddressPage, settings),
    ]
