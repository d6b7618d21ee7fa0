"""Authenticator app of a person: computes codes as their phone does."""

import time
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from accounts.models import User

HALF_MINUTE = 30  # seconds
PASSWORD = "sara-s-password"


@dataclass
class App:
    secret: str

    def code(self, *, half_minutes: int = 0) -> str:
        """Return the code of now, or of some half minutes later."""
        step = int(time.time()) // HALF_MINUTE + half_minutes
        return format_hotp_value(hotp_value(self.secret, step))

    def wrong_code(self) -> str:
        """Return six digits that are no code around now."""
        near = {self.code(half_minutes=steps) for steps in range(-2, 3)}
        return next(code for code in map("{:06}".format, range(6)) if code not in near)


def app_of(user: User) -> App:
    """Give the person an authenticator app that is set up already."""
    app = App(generate_totp_secret())
    TOTP.activate(user, app.secret)
    return app


def sign_in(client: Client, login: str = "sara", password: str = PASSWORD, **more: str) -> Any:
    """Send the first step of the sign-in."""
    return client.post(reverse("account_login"), {"login": login, "password": password, **more})


def enter_code(client: Client, code: str) -> Any:
    """Send the second step of the sign-in."""
    return client.post(reverse("mfa_authenticate"), {"code": code})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def reauthenticate(client: Client, password: str = PASSWORD) -> None:
    client.post(reverse("account_reauthenticate"), {"password": password})


def shown_secret(response: Any) -> str:
    """Return the secret on the page of a new app."""
    page = BeautifulSoup(response.content, "html.parser")
    secret = page.select_one("code.secret")
    assert secret is not None
    return secret.get_text().replace(" ", "")


def recovery_codes_of(user: User) -> list[str]:
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return list(row.wrap().get_unused_codes())
