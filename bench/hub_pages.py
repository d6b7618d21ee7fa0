"""Somebody signed in at the Hub itself, by its own form: the yardstick of our pages."""

from __future__ import annotations

import requests
from bs4 import BeautifulSoup

from bench.load import Question

PATIENCE_SECONDS = 30.0


def home_page(hub_url: str, name: str) -> Question:
    """The Hub's own dashboard, as the browser of this person asks for it again."""
    with requests.Session() as session:
        session.trust_env = False
        page = session.get(f"{hub_url}/hub/login", timeout=PATIENCE_SECONDS)
        page.raise_for_status()
        form = BeautifulSoup(page.text, "html.parser").find("form", id="login_form") or (
            BeautifulSoup(page.text, "html.parser").find("form")
        )
        if form is None:
            raise RuntimeError("The Hub's sign-in page has no form.")
        fields = {field["name"]: field.get("value", "") for field in form("input", {"name": True})}
        fields |= {"username": name, "password": "any"}
        answer = session.post(
            f"{hub_url}/hub/login?next=/hub/home",
            data=fields,
            params={"_xsrf": fields.get("_xsrf", "")},
            timeout=PATIENCE_SECONDS,
        )
        answer.raise_for_status()
        if not answer.url.endswith("/hub/home"):
            raise RuntimeError(f"Signing in at the Hub led to {answer.url}")
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
    return Question(f"{hub_url}/hub/home", {"Cookie": cookies})
