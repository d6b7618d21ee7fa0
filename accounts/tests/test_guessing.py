"""Guesses at passwords: growing waits by account and network, and owners who are let in."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import guessing
from accounts.models import User
from accounts.tests.signing_in import LOGIN, guess_wrong, is_signed_in, try_password
from portal.limits.guesses import FREE_GUESSES, LONGEST_WAIT
from portal.limits.models import GuessCount

SARAS = "sara-s-password"
STRANGER, OWNER = "198.51.100.1", "203.0.113.7"


def wait_of(response) -> int:
    """Return the seconds on the page of a refused sign-in; 0 if it was not refused."""
    page = BeautifulSoup(response.content, "html.parser")
    countdown = page.find(attrs={"data-countdown": True})
    return int(str(countdown["data-countdown"])) if countdown else 0


def pass_time() -> None:
    """Let the waits of all guesses be over."""
    GuessCount.objects.update(next_at=timezone.now())


def test_guesses_limit_only_that_account(sara: User, omid: User) -> None:
    guess_wrong("sara", FREE_GUESSES)

    assert not is_signed_in(try_password("sara", SARAS))
    assert is_signed_in(try_password("omid", "omid-s-password"))


def test_page_shows_the_wait_in_persian(sara: User) -> None:
    guess_wrong("sara", FREE_GUESSES)

    page = BeautifulSoup(try_password("sara", SARAS).content, "html.parser")

    error = page.select_one(".form-errors:not([hidden])").get_text()
    assert "تلاش" in error
    assert "۰:۱۵" in error or "۰:۱۴" in error


def test_waits_grow_up_to_the_longest(sara: User) -> None:
    guess_wrong("sara", FREE_GUESSES)
    waits = []
    for _time in range(9):
        waits.append(wait_of(try_password("sara", "wrong")))
        pass_time()
        guess_wrong("sara", 1)

    assert waits == sorted(waits)
    assert [waits[0], waits[1]] == [15, 30]
    assert waits[-1] == LONGEST_WAIT.total_seconds()


def test_right_password_counts_from_zero_again(sara: User) -> None:
    for _time in range(3):
        guess_wrong("sara", FREE_GUESSES - 1)

        assert is_signed_in(try_password("sara", SARAS))


def test_refused_right_password_starts_no_session(sara: User) -> None:
    guess_wrong("sara", FREE_GUESSES)

    response = try_password("sara", SARAS)

    assert response.status_code == 200
    assert not is_signed_in(response)


def test_wait_over_right_password_signs_in(sara: User) -> None:
    guess_wrong("sara", FREE_GUESSES)
    pass_time()

    assert is_signed_in(try_password("sara", SARAS))


@pytest.mark.parametrize(
    "spellings",
    [
        ["sara", "SARA", "ｓａｒａ", " sara ", "sara\u200c"],
        ["sara@example.ir", "SARA@example.ir"],
        ["sara", "sara@example.ir"],
    ],
)
def test_spellings_of_one_account_share_count(sara: User, spellings: list[str]) -> None:
    for number in range(FREE_GUESSES):
        guess_wrong(spellings[number % len(spellings)], 1)

    assert not is_signed_in(try_password(spellings[0], SARAS))


def test_unknown_names_are_refused_like_accounts(db: None) -> None:
    guess_wrong("nobody", FREE_GUESSES)

    assert wait_of(try_password("nobody", "wrong")) == 15


def test_stranger_elsewhere_does_not_lock_out_administrator(db: None) -> None:
    User.objects.create_superuser("admin", "", "first-password")
    guess_wrong("admin", 4 * FREE_GUESSES, ip=STRANGER)

    assert is_signed_in(try_password("admin", "first-password", ip=OWNER))


def test_ipv6_addresses_of_one_line_share_count(sara: User) -> None:
    for number in range(FREE_GUESSES):
        guess_wrong("sara", 1, ip=f"2001:db8:1:2::{number}")

    assert not is_signed_in(try_password("sara", SARAS, ip="2001:db8:1:2:ffff::1"))
    assert is_signed_in(try_password("sara", SARAS, ip="2001:db8:1:3::1"))


def test_mapped_address_counts_as_ipv4(sara: User) -> None:
    guess_wrong("sara", FREE_GUESSES, ip=f"::ffff:{STRANGER}")

    assert not is_signed_in(try_password("sara", SARAS, ip=STRANGER))


def test_forged_proxy_header_does_not_evade_count(sara: User) -> None:
    for number in range(FREE_GUESSES):
        Client().post(
            LOGIN,
            {"login": "sara", "password": f"guess-{number}"},
            headers={"x-forwarded-for": f"10.0.0.{number}"},
        )

    assert not is_signed_in(try_password("sara", SARAS))


def test_guesses_over_many_networks_reach_a_budget(sara: User) -> None:
    for number in range(guessing.PASSWORD.everywhere.amount):
        guess_wrong("sara", 1, ip=f"198.51.100.{number}")

    response = try_password("sara", SARAS, ip=OWNER)

    assert not is_signed_in(response)
    assert 0 < wait_of(response) <= guessing.PASSWORD.everywhere.period.total_seconds()


def test_class_behind_one_address_signs_in_at_once(db: None) -> None:
    for number in range(300):
        User.objects.create_user(f"student{number}", "", SARAS)

    responses = []
    for number in range(300):
        guess_wrong(f"student{number}", 1)  # each mistypes once
        responses.append(try_password(f"student{number}", SARAS))

    assert all(is_signed_in(response) for response in responses)


def test_reauthentication_and_sign_in_share_count(client: Client, sara: User) -> None:
    client.force_login(sara)
    for number in range(FREE_GUESSES):
        client.post(reverse("account_reauthenticate"), {"password": f"guess-{number}"})

    client.post(reverse("account_reauthenticate"), {"password": SARAS})

    assert "account_authentication_methods" not in client.session
    assert not is_signed_in(try_password("sara", SARAS))


def test_claimed_address_counts_no_guesses_of_owner(client: Client, sara: User, omid: User) -> None:
    """Mallory, here sara, starts her own count again by signing in."""
    EmailAddress.objects.create(user=sara, email=omid.email, verified=False)
    EmailAddress.objects.create(user=omid, email=omid.email, primary=True, verified=False)
    for number in range(FREE_GUESSES):
        try_password(omid.email, f"guess-{number}")
        try_password("sara", SARAS)

    assert not is_signed_in(try_password(omid.email, "omid-s-password"))


def test_password_change_is_no_way_to_guess(client: Client, sara: User) -> None:
    client.force_login(sara)
    new = {"password1": "another-password-7", "password2": "another-password-7"}
    address = reverse("account_change_password")
    for number in range(FREE_GUESSES):
        client.post(address, {"oldpassword": f"guess-{number}", **new})

    response = client.post(address, {"oldpassword": SARAS, **new})

    assert wait_of_field(response)
    sara.refresh_from_db()
    assert sara.check_password(SARAS)


def wait_of_field(response) -> bool:
    return "data-countdown" in str(response.context["form"]["oldpassword"].errors)


def test_refused_guess_is_logged_with_account(sara: User, caplog) -> None:
    guess_wrong("sara", FREE_GUESSES + 1)

    assert f"event=sign_in_limited outcome=refused account={sara.pk}" in caplog.text


def test_counts_name_no_network_and_no_login(sara: User) -> None:
    guess_wrong("sara", 1, ip=STRANGER)

    stored = str(list(GuessCount.objects.values_list()))
    assert "sara" not in stored
    assert STRANGER not in stored


def test_forgotten_guesses_count_no_more(sara: User) -> None:
    guess_wrong("sara", FREE_GUESSES + 3)
    GuessCount.objects.update(next_at=timezone.now(), ends_at=timezone.now() - timedelta(seconds=1))

    guess_wrong("sara", FREE_GUESSES - 1)

    assert is_signed_in(try_password("sara", SARAS))
