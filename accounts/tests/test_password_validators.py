"""Passwords that are the name of the portal or the institution are refused, in both scripts."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User


@pytest.mark.parametrize(
    "password",
    [
        "shaparak1",
        "shaparak123",
        "Shaparak-1404",
        "my.shaparak!",
        "shaparakshaparak",
        "شاپرک۱۲۳",
        "شاپرك۱۲۳۴",
        "شا‌پرک_۱۴۰۴",
        "JupyterHub2026",
        "jupyter۱۲۳۴",
        "kavosh1404",
        "portal-kavosh",
    ],
)
def test_own_name_is_refused_in_both_scripts(password: str, settings) -> None:
    settings.PORTAL_URL = "https://portal.kavosh.ac.ir"

    with pytest.raises(ValidationError, match="نام یا نشانی شاپرک"):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    ["shaparak-dar-bad-raha", "شاپرک در باد می‌رقصد", "elaboration-12", "نخستین-گذرواژه-7"],
)
def test_longer_phrase_is_accepted(password: str) -> None:
    validate_password(password)


def test_sign_up_refuses_the_portals_name(client: Client, db: None) -> None:
    client.post(
        reverse("account_signup"),
        {"username": "sara", "email": "sara@example.ir", "password1": "شاپرک۱۲۳"},
    )

    assert not User.objects.exists()
