"""HTTP client with the cookies and redirects of a browser."""

from __future__ import annotations

import itertools
import re
from http.cookiejar import Cookie
from typing import Self
from urllib.parse import urlsplit

import requests

from tests import hub_names
from tests.running_system import RunningSystem
from tests.system.hub import hub_client
from tests.system.process_table import wait_until

PASSWORD = "Parvaneh-dar-bad-81"
PAGE_TIMEOUT = 20  # seconds
_numbers = itertools.count(1)


class Visitor:
    """One browser, in which people sign in and out."""

    def __init__(self, copy: RunningSystem) -> None:
        self.copy = copy
        self.session = hub_names.session()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def get(self, url: str, *, follow: bool = True) -> requests.Response:
        return self.session.get(url, allow_redirects=follow, timeout=PAGE_TIMEOUT)

    def hub(self, path: str) -> requests.Response:
        """Open an address on the Hub's host, as typed or bookmarked."""
        return self.get(f"{self.copy.hub_url}{path}")

    def lab(self, name: str, path: str) -> requests.Response:
        """Open an address in this user's server, as typed or bookmarked."""
        return self.get(f"{self.copy.lab_url(name)}{path}")

    def forget_hub(self) -> None:
        """End the Hub's sign-in, as by expiry, but not those of users' servers."""
        host = urlsplit(self.copy.hub_url).hostname
        self.session.cookies.clear(domain=host, path="/hub/")

    def submit(self, page: str, fields: dict[str, str]) -> requests.Response:
        """Send the form of a page of the portal."""
        url = f"{self.copy.portal_url}{page}"
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(url).text)
        assert found is not None, url
        data = fields | {"csrfmiddlewaretoken": found[1]}
        return self.session.post(url, data=data, headers={"Referer": url}, timeout=PAGE_TIMEOUT)

    def sign_up(self, name: str) -> str:
        """Sign up as a new person. Return their name on the Hub."""
        name = f"{name}-{next(_numbers)}"
        fields = {"username": name, "email": f"{name}@example.ir", "password1": PASSWORD}
        answer = self.submit("/accounts/signup/", fields)
        assert urlsplit(answer.url).path == "/dashboard/", answer.url
        hub = hub_client(self.copy)
        assert wait_until(lambda: name in {user.name for user in hub.list_users()}, 30)
        return name

    def sign_out(self) -> requests.Response:
        return self.submit("/accounts/logout/", {})

    def forget_portal(self) -> None:
        """End the portal's session, as by expiry, but not the Hub's."""
        self.session.cookies.clear(domain="localhost.local")

    def open_lab(self, name: str) -> requests.Response:
        """Open the Lab as the portal's button does: through the Hub's sign-in."""
        return self.hub(f"/hub/oauth_login?next=/user/{name}/lab")


def cookie_named(visitor: Visitor, start: str) -> Cookie:
    [cookie] = [one for one in visitor.session.cookies if one.name.startswith(start)]
    return cookie


def hub_cookie(visitor: Visitor) -> Cookie:
    return cookie_named(visitor, "jupyterhub-hub-login")
