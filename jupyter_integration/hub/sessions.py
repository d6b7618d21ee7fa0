"""HTTP sessions without proxies, .netrc, cookies or other settings of the environment."""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from jupyter_integration.hub.retries import SafeRetry


class TokenHeader(AuthBase):
    """Adds the token to a request; no other object holds it."""

    def __init__(self, token: str) -> None:
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            # Without the value: the HTTP library's own message would quote it.
            raise ValueError("JUPYTERHUB_API_TOKEN must be printable ASCII without spaces")
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"token {self._token}"
        return request

    def __repr__(self) -> str:
        return "<token>"

    def remove_from(self, text: str) -> str:
        return text.replace(self._token, "<token>")


def open_session(auth: AuthBase, retry: SafeRetry, pool_maxsize: int) -> requests.Session:
    """Return a session with a pool of its own that keeps at most `pool_maxsize` connections."""
    session = requests.Session()
    # Ignores proxies and .netrc of the user that runs the process.
    session.trust_env = False
    session.auth = auth
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": "shaparak", "Accept-Encoding": "identity"})
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=pool_maxsize, max_retries=retry)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session
