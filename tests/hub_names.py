"""Names below `localhost` for test programs. Browsers resolve them; most systems do not."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter


class LoopbackNames(HTTPAdapter):
    """Sends requests for NAME.localhost to 127.0.0.1, with the name in the header Host.

    The response keeps the name, so cookies and relative redirects work as in a browser.
    """

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        url = str(request.url)
        parts = urlsplit(url)
        if not (parts.hostname or "").endswith(".localhost"):
            return super().send(request, *args, **options)
        sent = request.copy()
        sent.url = parts._replace(netloc=f"127.0.0.1:{parts.port or 80}").geturl()
        sent.headers["Host"] = parts.netloc
        response = super().send(sent, *args, **options)
        response.url, response.request = url, request
        return response


def session() -> requests.Session:
    """Return a session that finds these names and ignores the proxy of the environment."""
    made = requests.Session()
    made.trust_env = False
    made.mount("http://", LoopbackNames())
    return made
