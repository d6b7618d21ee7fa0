"""Rate limits of the account pages: a class behind one address passes, a flood does not."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from accounts import rate_limits
from accounts.models import User
from accounts.tests.signing_in import is_signed_in, try_password
from portal.limits.rates import Rate

RESET = reverse("account_reset_password")
THREE = (Rate(3, timedelta(hours=1)),)


def sign_up(name: str, *, email: str = ""):
    return Client().post(
        reverse("account_signup"),
        {
            "username": name,
            "email": email or f"{name}@example.ir",
            "password1": "نخستین-گذرواژه-7",
        },
    )


def ask_for_reset(address: str):
    return Client().post(RESET, {"email": address})


def form_views() -> list[str]:
    """Return the names of all views of the account pages without parameters."""
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    return sorted(
        name
        for name in names
        if name.startswith(rate_limits.FORMS_OF)
        and not get_resolver().reverse_dict.getlist(name)[0][0][0][1]
    )


@pytest.mark.parametrize("name", form_views())
def test_every_form_has_a_limit(client: Client, db: None, name: str, monkeypatch) -> None:
    monkeypatch.setattr(rate_limits, "OF_NETWORK", {})
    monkeypatch.setattr(rate_limits, "OF_OTHER_FORMS", THREE)

    statuses = [client.post(reverse(name)).status_code for _time in range(4)]

    assert 429 not in statuses[:3]
    assert statuses[3] == 429


def test_signed_in_person_has_own_limit(client: Client, sara: User, monkeypatch) -> None:
    monkeypatch.setattr(rate_limits, "OF_ACCOUNT", THREE)
    client.force_login(sara)
    address = reverse("account_change_password")

    statuses = [client.post(address, REMOTE_ADDR=f"10.0.0.{n}").status_code for n in range(4)]

    assert statuses == [200, 200, 200, 429]


def test_refusal_names_the_wait_in_persian(client: Client, db: None, monkeypatch) -> None:
    monkeypatch.setattr(rate_limits, "OF_NETWORK", {"account_reset_password": THREE})
    for _time in range(3):
        client.post(RESET)

    response = client.post(RESET)

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert "ثانیه صبر کنید" in response.content.decode()


def test_opening_a_form_is_not_counted(client: Client, db: None, monkeypatch) -> None:
    monkeypatch.setattr(rate_limits, "OF_NETWORK", {"account_login": THREE})

    assert {client.get(reverse("account_login")).status_code for _time in range(5)} == {200}


def test_challenges_of_passkeys_are_limited(db: None, monkeypatch) -> None:
    """Each is stored in a session of its own."""
    monkeypatch.setattr(rate_limits, "OF_NETWORK", {"mfa_login_webauthn": THREE})
    headers = {"x-requested-with": "XMLHttpRequest"}
    address = reverse("mfa_login_webauthn")

    statuses = [Client().get(address, headers=headers).status_code for _time in range(4)]

    assert statuses == [200, 200, 200, 429]


def test_class_signs_up_from_one_address(db: None) -> None:
    responses = [sign_up(f"student{number}") for number in range(300)]

    assert {response.status_code for response in responses} == {302}
    assert User.objects.count() == 300


@pytest.mark.parametrize(
    "form", [reverse("account_confirm_email", args=["key"]), reverse("mfa_authenticate")]
)
def test_class_fills_in_a_form_in_one_minute(client: Client, db: None, form: str) -> None:
    statuses = {client.post(form).status_code for _person in range(300)}

    assert 429 not in statuses


def test_network_has_daily_limit_of_sign_ups(db: None, settings) -> None:
    settings.SIGNUPS_PER_DAY = 2

    assert [sign_up(f"student{number}").status_code for number in range(3)] == [302, 302, 429]
    assert User.objects.count() == 2


def test_refused_form_uses_up_no_sign_up(db: None, settings) -> None:
    settings.SIGNUPS_PER_DAY = 1
    for _time in range(3):
        sign_up("x")

    assert sign_up("student").status_code == 302


def test_successful_sign_in_is_not_limited(sara: User) -> None:
    assert all(is_signed_in(try_password("sara", "sara-s-password")) for _time in range(15))


def test_reset_mails_to_an_address_are_limited(sara: User, workers) -> None:
    with workers.committing():
        responses = [ask_for_reset("sara@example.ir") for _time in range(8)]

    assert workers.count("mail.deliver") == 5
    assert {response.status_code for response in responses} == {302, 429}


def test_resets_of_unknown_address_are_limited_alike(db: None) -> None:
    """Otherwise the limit would show which addresses have an account."""
    responses = [ask_for_reset("stranger@example.ir") for _time in range(8)]

    assert [response.status_code for response in responses] == [302] * 5 + [429] * 3


def test_resets_of_an_address_are_limited_per_day(sara: User, monkeypatch) -> None:
    assert any(rate.period == timedelta(days=1) for rate in rate_limits.MAILS_TO_ADDRESS)
    monkeypatch.setattr(rate_limits, "MAILS_TO_ADDRESS", (Rate(1, timedelta(days=1)),))

    assert [ask_for_reset("sara@example.ir").status_code for _time in range(2)] == [302, 429]
    assert ask_for_reset("omid@example.ir").status_code == 302


def test_address_without_account_gets_no_mail(db: None, workers) -> None:
    with workers.committing():
        response = ask_for_reset("stranger@example.ir")
    workers.work_off()

    assert response.url == reverse("account_reset_password_done")
    assert mail.outbox == []


def test_reset_writes_the_same_for_everybody(sara: User, workers) -> None:
    """The time until the response must not show whether an account has the address."""
    written = {}
    for address in ("sara@example.ir", "stranger@example.ir"):
        with workers.committing():
            ask_for_reset(address)  # the first makes rows, of counts and of an account's addresses
        with workers.committing(), CaptureQueriesContext(connection) as queries:
            ask_for_reset(address)
        statements = [query["sql"].split()[0] for query in queries]
        written[address] = [statement for statement in statements if statement != "SELECT"]

    assert workers.count("mail.deliver") == 4
    assert written["sara@example.ir"] == written["stranger@example.ir"]


def test_confirmation_mails_to_an_address_are_limited(client: Client, sara: User, workers) -> None:
    client.force_login(sara)
    with workers.committing():
        for _time in range(8):
            client.post(reverse("account_email"), {"action_send": "", "email": "sara@example.ir"})

    assert workers.count("mail.deliver") <= 5


def test_sign_up_mails_to_known_address_are_limited(sara: User, workers, settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    EmailAddress.objects.create(user=sara, email=sara.email, primary=True, verified=True)
    with workers.committing():
        for number in range(8):
            sign_up(f"student{number}", email=sara.email)

    assert User.objects.count() == 1
    assert workers.count("mail.deliver") == 5


def test_sign_ins_send_one_reminder_a_day(sara: User, workers, settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    User.objects.update(signed_up=True)
    with workers.committing():
        for _time in range(4):
            try_password("sara@example.ir", "sara-s-password")

    assert workers.count("mail.deliver") == 1
