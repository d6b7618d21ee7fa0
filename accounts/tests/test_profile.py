"""Profile page: the fields that people may change themselves."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User

PROFILE = reverse("profile")


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    client.force_login(sara)
    return client


def change(browser: Client, **fields: str):
    return browser.post(
        PROFILE, {"first_name": "سارا", "last_name": "رضایی", "language": "fa"} | fields
    )


def test_names_are_folded_and_saved(browser: Client, sara: User) -> None:
    response = change(browser, first_name=" علي\u200cرضا\u200f ", language="en")

    assert response.url == PROFILE
    sara.refresh_from_db()
    assert (sara.first_name, sara.last_name, sara.language) == ("علی\u200cرضا", "رضایی", "en")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "root"),
        ("hub_username", "omid"),
        ("email", "omid@example.ir"),
        ("is_superuser", "on"),
    ],
)
def test_posted_extra_fields_are_ignored(
    browser: Client, sara: User, field: str, value: str
) -> None:
    before = getattr(sara, field)

    change(browser, **{field: value})

    sara.refresh_from_db()
    assert getattr(sara, field) == before


def test_saving_keeps_concurrent_changes_of_staff(
    browser: Client, sara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is loaded before the change and saved after it."""
    clean = User.clean

    def clean_while_staff_act(user: User) -> None:
        User.objects.filter(pk=user.pk).update(is_active=False)
        clean(user)

    monkeypatch.setattr(User, "clean", clean_while_staff_act)
    change(browser)

    sara.refresh_from_db()
    assert not sara.is_active


@pytest.mark.parametrize(
    "fields", [{"language": "de"}, {"first_name": "س" * 200}, {"last_name": "x\x00"}]
)
def test_invalid_profile_is_refused(browser: Client, sara: User, fields: dict[str, str]) -> None:
    response = change(browser, **fields)

    assert response.status_code == 200
    assert response.context["form"].errors
    sara.refresh_from_db()
    assert sara.last_name == ""


def test_profile_requires_sign_in(client: Client, db: None) -> None:
    assert client.get(PROFILE).url.startswith(reverse("account_login"))
    assert client.post(PROFILE).url.startswith(reverse("account_login"))


def test_saving_profile_requires_csrf_token(sara: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(sara)

    assert change(client).status_code == 403


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("x\r\nBcc: a@b.c", "x Bcc: a@b.c"),
        ("سارا\u2028رضایی", "سارا رضایی"),
        ("\u202eسارا\u2066", "سارا"),
        ("سا\u061cرا\x07\x1b[31m", "سارا[31m"),
        ("می\u200cنا", "می\u200cنا"),
    ],
)
def test_name_is_one_line_without_control_characters(
    browser: Client, sara: User, typed: str, stored: str
) -> None:
    change(browser, last_name=typed)

    sara.refresh_from_db()
    assert sara.last_name == stored


def test_name_that_grows_beyond_its_column_is_refused(browser: Client, sara: User) -> None:
    """Unicode composes U+0958 into two letters."""
    response = change(browser, first_name="\u0958" * 150)

    assert response.context["form"].errors["first_name"]
    sara.refresh_from_db()
    assert sara.first_name == ""
