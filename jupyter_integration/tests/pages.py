"""Addresses of the pages of servers, and where an answer leads."""

from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse
from django.urls import reverse

DASHBOARD = reverse("dashboard")
CARD = reverse("server_card")
START, STOP, CANCEL = (reverse(f"server_{name}") for name in ("start", "stop", "cancel"))
OPEN = reverse("server_open")
LOGIN = reverse("account_login")
HTMX = {"HX-Request": "true"}
NOTEBOOK = "/user/sara/lab/tree/درس یک.ipynb"


def destination(response: HttpResponse) -> tuple[str, dict[str, list[str]]]:
    """The address to which an answer leads, and its query."""
    parts = urlsplit(response["Location"])
    return parts._replace(query="").geturl(), parse_qs(parts.query)


def state_of(response: HttpResponse) -> str:
    """The state of the server that a page shows."""
    return response.context["status"].state.value
