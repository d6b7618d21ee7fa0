"""Sign-ins of the tests of limits: from a network, in a browser."""

from django.test import Client
from django.urls import reverse

LOGIN = reverse("account_login")


def try_password(login: str, password: str, *, browser: Client | None = None, ip: str = ""):
    """Send the sign-in form, from a new browser if none is given, and return the response."""
    browser = browser or Client()
    return browser.post(
        LOGIN, {"login": login, "password": password}, REMOTE_ADDR=ip or "127.0.0.1"
    )


def guess_wrong(login: str, times: int, *, browser: Client | None = None, ip: str = "") -> None:
    for number in range(times):
        try_password(login, f"guess-{number}", browser=browser, ip=ip)


def is_signed_in(response) -> bool:
    return "_auth_user_id" in response.client.session
