"""Sign-in and sign-out."""

from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User

LOGIN = reverse("account_login")
LOGOUT = reverse("account_logout")
DASHBOARD = reverse("dashboard")


def sign_in(client: Client, login: str, password: str, **more: str):
    return client.post(LOGIN, {"login": login, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def session_works(key: str | None) -> bool:
    thief = Client()
    thief.cookies["shaparak_session"] = key or ""
    return thief.get(DASHBOARD).status_code == 200


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    """Sara's, in which she is signed in."""
    client.force_login(sara)
    return client


@pytest.mark.parametrize(
    "login", ["SARA", " sara ", "Sara@Example.IR", "\u200esara@example.ir\u200f"]
)
def test_sign_in_accepts_user_name_or_address(client: Client, sara: User, login: str) -> None:
    response = sign_in(client, login, "sara-s-password")

    assert response.url == DASHBOARD
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("9812345", "rama-13-5"),
        ("٩٨١٢٣٤٥", "rama-۱۳-۵"),
        ("۹۸۱۲۳۴۵@example.ir", "rama-١٣-٥"),
    ],
)
def test_digits_of_all_keyboards_are_equal(
    client: Client, db: None, login: str, password: str
) -> None:
    User.objects.create_user("9812345", "9812345@example.ir", "rama-۱۳-5")

    sign_in(client, login, password)

    assert is_signed_in(client)


def test_persian_name_signs_in_from_arabic_keyboard(client: Client, db: None) -> None:
    User.objects.create_user("علی.رضایی", "", "ali-s-password")

    sign_in(client, "علي.رضا\u200cيي", "ali-s-password")

    assert is_signed_in(client)


@pytest.mark.parametrize("login", ["مرضیۀ.رضایی", "مرضیه\u0654.رضایی"])
def test_heh_with_hamza_signs_in_from_both_keyboards(client: Client, db: None, login: str) -> None:
    User.objects.create_user("مرضیۀ.رضایی", "", "marzieh-s-password")

    sign_in(client, login, "marzieh-s-password")

    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("sara", "SARA-S-PASSWORD"),
        ("omid", "sara-s-password"),
        ("", "sara-s-password"),
        ("sara", ""),
        ("x" * 5000, "x" * 5000),
        ("sara\x00", "sara-s-password"),
    ],
)
def test_wrong_name_or_password_is_refused(
    client: Client, sara: User, login: str, password: str
) -> None:
    response = sign_in(client, login, password)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert not is_signed_in(client)


def test_sign_in_renews_the_session_key(client: Client, sara: User) -> None:
    """A session cookie planted in this browser earlier is worth nothing."""
    session = client.session
    session["planted"] = True
    session.save()

    sign_in(client, "sara", "sara-s-password")

    assert client.session.session_key != session.session_key
    assert not session_works(session.session_key)


@pytest.mark.parametrize("name", ["account_login", "account_signup"])
def test_signed_in_person_is_sent_to_dashboard(browser: Client, name: str) -> None:
    assert browser.get(reverse(name), {"next": "//evil.example/"}).url == DASHBOARD


def test_inactive_account_cannot_sign_in(client: Client, sara: User) -> None:
    sara.is_active = False
    sara.save()

    response = sign_in(client, "sara", "sara-s-password")

    assert response.url == reverse("account_inactive")
    assert not is_signed_in(client)
    assert client.get(response.url).status_code == 200


def test_account_made_inactive_is_signed_out_at_once(client: Client, sara: User) -> None:
    client.force_login(sara)
    sara.is_active = False
    sara.save()

    response = client.get(reverse("dashboard"))

    assert response.status_code == 302
    assert response.url.startswith(LOGIN)


def test_deactivation_ends_the_session(browser: Client, sara: User) -> None:
    sara.is_active = False
    sara.save()

    assert browser.get(DASHBOARD).url.startswith(LOGIN)


@pytest.mark.parametrize(
    "next_url",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "http:evil.example",
        "/%09/evil.example",
        "\t//evil.example",
        "javascript:alert(1)",
        "http://hub.localhost:8000/user/omid/",  # the Hub's host, on which its users' pages run
        "http://testserver@evil.example/",
        "http://testserver.evil.example/",
    ],
)
def test_next_cannot_leave_the_site(client: Client, sara: User, next_url: str) -> None:
    response = sign_in(client, "sara", "sara-s-password", next=next_url)

    # What counts is how a browser resolves the address.
    assert urljoin("http://testserver/", response.url).startswith("http://testserver/")
    assert "\\" not in response.url


def test_next_cannot_name_another_allowed_host(client: Client, sara: User, settings) -> None:
    settings.ALLOWED_HOSTS = ["portal.example.ir", ".example.ir"]

    response = client.post(
        LOGIN,
        {"login": "sara", "password": "sara-s-password", "next": "https://hub.example.ir/"},
        headers={"host": "portal.example.ir"},
    )

    assert response.url == DASHBOARD


def test_sign_in_returns_to_requested_page(client: Client, sara: User) -> None:
    asked = client.get(f"{DASHBOARD}?next=/user/sara/lab/tree/a.ipynb")
    response = client.post(asked.url, {"login": "sara", "password": "sara-s-password"})

    assert response.url == "/dashboard/?next=/user/sara/lab/tree/a.ipynb"


@pytest.mark.parametrize("next_url", ["", "/", "https://evil.example/"])
def test_sign_out_ends_session_and_continues_at_hub(
    browser: Client, settings, next_url: str
) -> None:
    key = browser.session.session_key

    response = browser.post(f"{LOGOUT}?next={next_url}", {"next": next_url})

    assert response.url.startswith(f"{settings.HUB_URL}/hub/logout?portal=")
    assert not is_signed_in(browser)
    assert not session_works(key)


def test_opening_sign_out_page_keeps_session(browser: Client) -> None:
    assert browser.get(LOGOUT).status_code == 200
    assert is_signed_in(browser)


def test_sign_in_and_sign_out_require_csrf_token(sara: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, "sara", "sara-s-password").status_code == 403
    assert not is_signed_in(client)

    client.force_login(sara)
    assert client.post(LOGOUT).status_code == 403
    assert is_signed_in(client)


def test_admin_uses_the_same_sign_in(client: Client, nasrin: User) -> None:
    page = client.get(reverse("admin:index"), follow=True)
    address = page.redirect_chain[-1][0]
    assert address.startswith(LOGIN)

    response = client.post(address, {"login": "nasrin", "password": "nasrin-s-password"})

    assert response.url == reverse("admin:index")


def test_session_cookie_is_hidden_from_scripts(client: Client, sara: User) -> None:
    sign_in(client, "sara", "sara-s-password")

    cookie = client.cookies["shaparak_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_account_made_by_staff_signs_in_without_confirmation(
    client: Client, sara: User, settings
) -> None:
    """The first administrator has no address at all."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    User.objects.create_superuser("admin", "", "admin-s-password")

    for login in ("admin", "sara"):
        client.logout()
        sign_in(client, login, f"{login}-s-password")
        assert is_signed_in(client), login


def test_mandatory_confirmation_comes_before_first_sign_in(
    client: Client, db: None, settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    form = {"username": "sara", "email": "sara@example.ir", "password1": "Parvaneh-dar-bad-81"}
    response = client.post(reverse("account_signup"), form)

    assert response.url == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    sign_in(client, "sara", "Parvaneh-dar-bad-81")
    assert not is_signed_in(client)
