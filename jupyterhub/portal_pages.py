"""Pages of the Hub that redirect to the portal, where people start and stop their servers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jupyterhub.handlers.base import BaseHandler, UserUrlHandler
from tornado import web

# A browser follows this redirect with a GET, whatever its own request was.
SEE_OTHER = 303


def dashboard_url(portal_url: str, address: str = "") -> str:
    """Return the portal's page that starts a server and then opens `address`.

    `address` is a path on the Hub's host as the browser had it, with its query string and
    percent-encoding. It is quoted once more, so that the portal reads back the same text.
    """
    page = f"{portal_url}/dashboard/"
    if not address.startswith("/user/"):
        return page
    return f"{page}?{urlencode({'next': address}, quote_via=quote, safe='/')}"


def is_of_a_lab(referer: str, hub_host: str) -> bool:
    """Return whether the page before, as browsers name it, was in a user's server.

    `hub_host` is the Hub's own, with its port. Of a server with a host name of its own browsers
    send the origin alone.
    """
    try:
        page = urlsplit(referer)
    except ValueError:
        return False
    on_own_name = page.netloc.endswith(f".{hub_host}")
    return on_own_name or (page.netloc == hub_host and page.path.startswith("/user/"))


class _PortalPage(BaseHandler):
    """Base of redirects. They need no sign-in: the portal requires it."""

    def initialize(self, portal_url: str) -> None:
        self.portal_url = portal_url

    def redirect_to_dashboard(self, address: str = "") -> None:
        """Redirect to the portal; it opens `address` once the server runs.

        The Hub sees `/hub/user/sara/lab` for `/user/sara/lab` while no server answers there.
        """
        prefix = self.hub.base_url.rstrip("/")
        if address.startswith(f"{prefix}/"):
            address = address.removeprefix(prefix)
        self.redirect(dashboard_url(self.portal_url, address), status=SEE_OTHER)


class HomePage(_PortalPage):
    def get(self) -> None:
        self.redirect_to_dashboard()


class TokenPage(_PortalPage):
    """Replaces the Hub's page of API tokens: an English one, for programs that nobody here has."""

    def get(self) -> None:
        self.redirect(f"{self.portal_url}/accounts/profile/", status=SEE_OTHER)


class SpawnPage(_PortalPage):
    """Replaces the Hub's spawn form and progress page: only the portal starts servers."""

    def get(self) -> None:
        address = self._validate_next_url(self.get_argument("next", ""))
        referer = self.request.headers.get("Referer", "")
        if not address.startswith("/user/") and is_of_a_lab(referer, self.request.host):
            # "Restart" of a Lab opens a tab of its own. A second Lab would have an empty workspace.
            self.redirect(f"{dashboard_url(self.portal_url)}?from=lab", status=SEE_OTHER)
            return
        self.redirect_to_dashboard(address)


class UserAddressPage(UserUrlHandler, _PortalPage):
    """Address of a server that does not run, most often a bookmark."""

    @web.authenticated
    async def get(self, user_name: str, user_path: str | None) -> None:
        if self.current_user.name != user_name:
            # The Hub's cookie may belong to the person before. Only the portal knows who is signed
            # in now, and it opens only that person's own addresses.
            self.redirect_to_dashboard(self.request.uri)
            return
        await super().get(user_name, user_path)

    def render_template(self, name: str, sync: bool = False, **variables: Any) -> Any:
        # Not async: error pages are rendered through this method too, and need the text at once.
        if name == "not_running.html":
            self.redirect_to_dashboard(self.request.uri)
            raise web.Finish
        return super().render_template(name, sync=sync, **variables)


def portal_pages(portal_url: str) -> list[tuple[str, type[BaseHandler], dict[str, str]]]:
    """Return routes that replace the Hub's own: an authenticator's routes come first."""
    settings = {"portal_url": portal_url}
    return [
        (r"/home", HomePage, settings),
        (r"/token", TokenPage, settings),
        (r"/spawn(?:-pending)?(?:/.*)?", SpawnPage, settings),
        (r"/user/(?P<user_name>[^/]+)(?P<user_path>/.*)?", UserAddressPage, settings),
    ]
