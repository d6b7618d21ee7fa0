"""The Hub's own dashboard for a person who signed in there: the yardstick of our pages."""

from __future__ import annotations

import requests
from bs4 import BeautifulSoup

from bench.load import GetRequest

HUB_PAGE_TIMEOUT_SECONDS = 30.0


def home_page(hub_url: str, name: str) -> GetRequest:
    """Sign in at the Hub's form and return the request that reloads `/hub/home`."""
    with requests.Session() as session:
        session.trust_env = False
        page = session.get(f"{hub_url}/hub/login", timeout=HUB_PAGE_TIMEOUT_SECONDS)
        page.raise_for_status()
        form = BeautifulSoup(page.text, "html.parser").find("form", id="login_form") or (
            BeautifulSoup(page.text, "html.parser").find("form")
        )
        if form is None:
            raise RuntimeError("The Hub's sign-in page has no form.")
        fields = {field["name"]: field.get("value", "") for field in form("input", {"name": True})}
        fields |= {"username": name, "password": "any"}
        response = session.post(
            f"{hub_url}/hub/login?next=/hub/home",
            data=fields,
            params={"_xsrf": fields.get("_xsrf", "")},
            timeout=HUB_PAGE_TIMEOUT_SECONDS,
        )
        response.raise_for_status()
        if not response.url.endswith("/hub/home"):
            raise RuntimeError(f"Signing in at the Hub led to {response.url}")
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
    return GetRequest(f"{hub_url}/hub/home", {"Cookie": cookies})
