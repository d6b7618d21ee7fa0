"""Names below `localhost` for test programs. Browsers resolve them; most systems do not."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter


class LoopbackNames(HTTPAdapter):
    """Connects to 127.0.0.1 for NAME.localhost, and asks there for NAME.localhost as a browser."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        if not is_loopback_name(request.url):
            return super().send(request, *args, **options)
        # A copy, since a redirect would take the header with it to another host.
        sent = request.copy()
        sent.headers["Host"] = urlsplit(request.url).netloc
        response = super().send(sent, *args, **options)
        response.request = request
        return response

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if is_loopback_name(request.url):
            if host["scheme"] == "https":
                name = urlsplit(request.url).hostname
                pool |= {"server_hostname": name, "assert_hostname": name}
            host["host"] = "127.0.0.1"
        return host, pool


def is_loopback_name(url: str | None) -> bool:
    return (urlsplit(url or "").hostname or "").endswith(".localhost")


def session(*, authority: str | None = None) -> requests.Session:
    """Return a session that finds these names and ignores the proxy of the environment.

    `authority` is the path of the certificate that is trusted for TLS.
    """
    made = requests.Session()
    made.trust_env = False
    if authority:
        made.verify = authority
    for scheme in ("http://", "https://"):
        made.mount(scheme, LoopbackNames())
    return made
