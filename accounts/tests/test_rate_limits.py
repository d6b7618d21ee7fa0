"""Rate limits: a class behind one address passes, guessing a password does not."""

import pytest
from allauth.account import app_settings as allauth_settings
from allauth.core.context import request_context
from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import parse_rates
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User

LOGIN = reverse("account_login")
TRIES = 10  # of one account within five minutes


def sign_in(login: str, password: str) -> Client:
    client = Client()
    client.post(LOGIN, {"login": login, "password": password})
    return client


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("action", "people"),
    [
        ("signup", 300),
        ("login", 300),
        ("login_failed", 300),  # each mistypes once
        ("reset_password", 50),
        ("reset_password_from_key", 50),
    ],
)
def test_limit_per_address_admits_a_class(action: str, people: int) -> None:
    of_address = [r for r in parse_rates(allauth_settings.RATE_LIMITS[action]) if r.per == "ip"]

    assert of_address
    assert all(rate.amount / rate.duration * 60 >= people for rate in of_address)


def test_class_signs_up_from_one_address(db: None, rf: RequestFactory) -> None:
    request = rf.post(reverse("account_signup"))
    with request_context(request):
        for _student in range(270):
            assert ratelimit.consume(request, app="allauth.account", action="signup")
    for number in range(30):
        response = Client().post(
            reverse("account_signup"),
            {
                "username": f"student{number}",
                "email": f"student{number}@example.ir",
                "password1": "نخستین-گذرواژه-7",
            },
        )
        assert response.status_code == 302

    assert User.objects.count() == 30


def test_guessing_limits_only_that_account(sara: User, omid: User) -> None:
    for guess in range(TRIES):
        assert not is_signed_in(sign_in("sara", f"guess-{guess}"))

    response = Client().post(LOGIN, {"login": "sara", "password": "sara-s-password"})

    assert not is_signed_in(response.client)
    [error] = response.context["form"].non_field_errors()
    assert "تلاش" in error
    assert is_signed_in(sign_in("omid", "omid-s-password"))


@pytest.mark.parametrize(
    "spellings",
    [["sara", "SARA", "ｓａｒａ", " sara", "sara\u200c"], ["sara@example.ir", "SARA@example.ir"]],
)
def test_spellings_of_one_login_share_limit(sara: User, spellings: list[str]) -> None:
    for guess in range(TRIES):
        sign_in(spellings[guess % len(spellings)], f"guess-{guess}")

    assert not is_signed_in(sign_in(spellings[0], "sara-s-password"))


def test_successful_sign_in_is_not_limited(sara: User) -> None:
    for _time in range(TRIES + 5):
        assert is_signed_in(sign_in("sara", "sara-s-password"))


def test_forged_proxy_header_does_not_evade_limit(sara: User) -> None:
    for guess in range(TRIES):
        Client().post(
            LOGIN,
            {"login": "sara", "password": f"guess-{guess}"},
            headers={"x-forwarded-for": f"10.0.0.{guess}"},
        )

    assert not is_signed_in(sign_in("sara", "sara-s-password"))


def test_reset_mails_per_address_are_limited(sara: User, workers) -> None:
    with workers.committing():
        answers = [
            Client().post(reverse("account_reset_password"), {"email": "sara@example.ir"})
            for _time in range(8)
        ]

    assert workers.count("mail.deliver") == 5
    assert {answer.status_code for answer in answers} == {302, 429}
