"""Signing in and out."""

from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User

LOGIN = reverse("account_login")


def sign_in(client: Client, login: str, password: str, **more: str):
    return client.post(LOGIN, {"login": login, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "login",
    ["sara", "SARA", " sara ", "sara@example.ir", "Sara@Example.IR", "\u200esara@example.ir\u200f"],
)
def test_one_signs_in_by_user_name_or_address(client: Client, sara: User, login: str) -> None:
    response = sign_in(client, login, "sara-s-password")

    assert response.url == reverse("dashboard")
    assert is_signed_in(client)


@pytest.mark.parametrize("login", ["9812345", "۹۸۱۲۳۴۵", "٩٨١٢٣٤٥", "۹۸۱۲۳۴۵@example.ir"])
@pytest.mark.parametrize("password", ["rama-13-5", "rama-۱۳-۵", "rama-١٣-٥"])
def test_digits_are_the_same_on_every_keyboard(
    client: Client, db: None, login: str, password: str
) -> None:
    User.objects.create_user("9812345", "9812345@example.ir", "rama-۱۳-5")

    sign_in(client, login, password)

    assert is_signed_in(client)


def test_a_persian_name_is_found_however_its_letters_are_typed(client: Client, db: None) -> None:
    User.objects.create_user("علی.رضایی", "", "ali-s-password")

    sign_in(client, "علي.رضا\u200cيي", "ali-s-password")

    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("sara", "another-password"),
        ("sara", "SARA-S-PASSWORD"),
        ("sara", " sara-s-password"),
        ("omid", "sara-s-password"),
        ("", "sara-s-password"),
        ("sara", ""),
        ("x" * 5000, "x" * 5000),
        ("sara\x00", "sara-s-password"),
        ("' OR 1=1 --", "x"),
    ],
)
def test_a_wrong_name_or_password_is_told_and_not_which_of_both(
    client: Client, sara: User, login: str, password: str
) -> None:
    response = sign_in(client, login, password)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert not is_signed_in(client)


def test_the_session_gets_another_key_at_sign_in(client: Client, sara: User) -> None:
    """One who planted a session cookie in this browser before has nothing of it."""
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key

    sign_in(client, "sara", "sara-s-password")

    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["shaparak_session"] = planted
    assert thief.get(reverse("dashboard")).status_code == 302


def test_the_session_of_another_person_ends_when_one_signs_in_on_their_machine(
    client: Client, sara: User, omid: User
) -> None:
    client.force_login(sara)
    of_sara = client.session.session_key
    client.logout()

    sign_in(client, "omid", "omid-s-password")

    assert client.session["_auth_user_id"] == str(omid.pk)
    assert client.session.session_key != of_sara


@pytest.mark.parametrize("name", ["account_login", "account_signup"])
def test_who_is_signed_in_already_goes_to_the_dashboard(
    client: Client, sara: User, name: str
) -> None:
    client.force_login(sara)

    assert client.get(reverse(name)).url == reverse("dashboard")


def test_an_inactive_account_cannot_sign_in_and_is_told_so(client: Client, sara: User) -> None:
    sara.is_active = False
    sara.save()

    response = sign_in(client, "sara", "sara-s-password")

    assert response.url == reverse("account_inactive")
    assert not is_signed_in(client)
    assert client.get(response.url).status_code == 200


def test_an_account_made_inactive_is_out_at_its_next_request(client: Client, sara: User) -> None:
    client.force_login(sara)
    sara.is_active = False
    sara.save()

    response = client.get(reverse("dashboard"))

    assert response.status_code == 302
    assert response.url.startswith(LOGIN)


OUTSIDE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:/evil.example/",
    "http:evil.example",
    "/%09/evil.example",
    "\t//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://127.0.0.1/",  # the Hub's host, on which its users' pages run
    "http://127.0.0.1:8000/user/omid/",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "ftp://testserver/",
]


@pytest.mark.parametrize("next_url", OUTSIDE)
def test_after_sign_in_next_does_not_leave_the_site(
    client: Client, sara: User, next_url: str
) -> None:
    response = sign_in(client, "sara", "sara-s-password", next=next_url)

    # The browser's own reading of the address is what counts.
    assert urljoin("http://testserver/", response.url).startswith("http://testserver/")
    assert "\\" not in response.url


@pytest.mark.parametrize("next_url", ["//evil.example/", "http://127.0.0.1:8000/user/omid/"])
def test_who_is_signed_in_already_is_not_led_off_the_site(
    client: Client, sara: User, next_url: str
) -> None:
    client.force_login(sara)

    assert client.get(LOGIN, {"next": next_url}).url == reverse("dashboard")


def test_next_may_not_name_a_host_for_which_hosts_of_a_domain_are_allowed(
    client: Client, sara: User, settings
) -> None:
    settings.ALLOWED_HOSTS = ["portal.example.ir", ".example.ir"]

    response = client.post(
        LOGIN,
        {"login": "sara", "password": "sara-s-password", "next": "https://hub.example.ir/"},
        headers={"host": "portal.example.ir"},
    )

    assert response.url == reverse("dashboard")


def test_sign_in_leads_back_to_the_page_that_asked_for_it(client: Client, sara: User) -> None:
    asked = client.get(f"{reverse('dashboard')}?next=/user/sara/lab/tree/a.ipynb")
    response = client.post(asked.url, {"login": "sara", "password": "sara-s-password"})

    assert response.url == "/dashboard/?next=/user/sara/lab/tree/a.ipynb"


def test_sign_in_needs_the_token_against_forgery(sara: User) -> None:
    client = Client(enforce_csrf_checks=True)

    assert sign_in(client, "sara", "sara-s-password").status_code == 403
    assert not is_signed_in(client)


def test_sign_out_goes_on_to_the_hub(client: Client, sara: User, settings) -> None:
    client.force_login(sara)

    response = client.post(reverse("account_logout"))

    assert response.url == f"{settings.HUB_URL}/hub/logout"
    assert not is_signed_in(client)


@pytest.mark.parametrize("next_url", ["/", "/accounts/login/", "https://evil.example/"])
def test_no_next_keeps_sign_out_from_the_hub(
    client: Client, sara: User, settings, next_url: str
) -> None:
    client.force_login(sara)

    response = client.post(f"{reverse('account_logout')}?next={next_url}", {"next": next_url})

    assert response.url == f"{settings.HUB_URL}/hub/logout"


def test_opening_the_page_of_sign_out_signs_nobody_out(client: Client, sara: User) -> None:
    client.force_login(sara)

    assert client.get(reverse("account_logout")).status_code == 200
    assert is_signed_in(client)


def test_sign_out_needs_the_token_against_forgery(sara: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(sara)

    assert client.post(reverse("account_logout")).status_code == 403
    assert is_signed_in(client)


def test_after_sign_out_the_session_is_gone_from_the_server(client: Client, sara: User) -> None:
    client.force_login(sara)
    key = client.session.session_key

    client.post(reverse("account_logout"))

    thief = Client()
    thief.cookies["shaparak_session"] = key
    assert thief.get(reverse("dashboard")).status_code == 302


def test_staff_sign_in_to_the_admin_by_the_same_door(client: Client, nasrin: User) -> None:
    response = client.get(reverse("admin:index"), follow=True)
    door = response.redirect_chain[-1][0]
    assert door.startswith(LOGIN)

    response = client.post(door, {"login": "nasrin", "password": "nasrin-s-password"})

    assert response.url == reverse("admin:index")


def test_the_session_cookie_is_out_of_the_reach_of_scripts(client: Client, sara: User) -> None:
    sign_in(client, "sara", "sara-s-password")

    cookie = client.cookies["shaparak_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
