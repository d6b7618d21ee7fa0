"""Signing up: whatever a person types, they get a safe Hub name or a clear Persian sentence."""

import re
from threading import Barrier

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from accounts.forms import SignupForm
from accounts.hub_usernames import is_legal_hub_username
from accounts.models import IssuedHubUsername, User
from jupyter_integration.testing.at_once import at_once

PASSWORD = "گذرواژه‌ی-بلند-7"

ODD_NAMES = [
    "SARA",
    "۹۸۱۲۳۴۵",
    "٩٨١٢٣٤٥",
    "علی.رضایی",
    "علي.رضايي",
    "علی\u200cرضا",
    "\u200fعلی\u200f",
    "a/b",
    "../admin",
    "..",
    "a" * 300,
    "ا" * 300,
    "ﷺ" * 60,
    "saraعلی",
    "сара",
    "ab",
    "a\u200c\u200cb",
    "admin",
    "ADMIN",
    "root",
    "hub",
    "sara.rezaei",
    "sara-rezaei",
    "sara_rezaei",
    "sara@example.ir",
    "-sara-",
    "sara\n",
    "sara\x00",
    "\x00",
    " ",
    "\u200c",
    "<b>sara</b>",
    "sara'; drop table accounts_user; --",
    "%2e%2e%2fadmin",
    "{{ 7 }}",
    "👩🏽‍💻👩🏽‍💻",
    "İSTANBUL",
    "９８１２",
    "con",
    "null",
    "0000",
    "a" * 64,
    "a" * 63 + "b",
    "-" * 10,
]


def sign_up(client: Client, username: str, email: str = "", **more: str):
    return client.post(
        reverse("account_signup"),
        {
            "username": username,
            "email": email or "someone@example.ir",
            "password1": PASSWORD,
            **more,
        },
    )


def sentences(response) -> list[str]:
    return [error for errors in response.context["form"].errors.values() for error in errors]


def is_persian(sentence: str) -> bool:
    return bool(re.search("[آ-ی]", sentence)) and not re.search("[A-Za-z]{3,}", sentence)


def test_one_signs_up_and_is_at_the_dashboard_signed_in(client: Client, db: None) -> None:
    response = sign_up(client, "sara", "sara@example.ir")

    assert response.status_code == 302
    assert response.url == reverse("dashboard")
    user = User.objects.get(username="sara")
    assert user.hub_username == "sara"
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_accepted_safely_or_refused_in_persian(
    client: Client, db: None, name: str
) -> None:
    response = sign_up(client, name)

    if response.status_code == 302:
        user = User.objects.get()
        assert is_legal_hub_username(user.hub_username)
    else:
        assert response.status_code == 200
        assert not User.objects.exists()
        assert sentences(response)
        assert all(map(is_persian, sentences(response))), sentences(response)
        for sentence in sentences(response):
            assert len(sentence) < 200


def test_odd_names_all_in_one_portal_never_share_a_home(db: None) -> None:
    for number, name in enumerate(ODD_NAMES):
        sign_up(Client(), name, f"person{number}@example.ir")

    names = list(User.objects.values_list("hub_username", flat=True))
    assert len(names) > 10
    assert len(set(names)) == len(names)
    assert all(map(is_legal_hub_username, names))
    assert set(names) == set(IssuedHubUsername.objects.values_list("name", flat=True))


@pytest.mark.parametrize("again", ["sara", "SARA", "ｓａｒａ", " sara\u200f"])
def test_a_taken_name_is_refused_however_it_is_spelled(
    client: Client, sara: User, again: str
) -> None:
    response = sign_up(client, again, "another@example.ir")

    [sentence] = sentences(response)
    assert is_persian(sentence)
    assert "نام کاربری" in sentence
    assert User.objects.count() == 1


@pytest.mark.parametrize("again", ["sara@example.ir", "Sara@Example.IR", " sara@example.ir\u200f"])
def test_a_taken_address_is_refused_however_it_is_spelled(
    client: Client, sara: User, again: str
) -> None:
    response = sign_up(client, "another", again)

    [sentence] = sentences(response)
    assert is_persian(sentence)
    assert User.objects.count() == 1


def test_an_address_may_be_typed_with_persian_digits(client: Client, db: None) -> None:
    sign_up(client, "sara", "sara۹۸@example.ir")

    assert User.objects.get().email == "sara98@example.ir"


@pytest.mark.parametrize(
    "password", ["", "1234567", "۱۲۳۴۵۶۷۸", "password۱", "sara_rezaei", "qwerty۱۲۳", "کوتاه"]
)
def test_a_weak_password_is_refused_in_persian_whatever_its_digits(
    client: Client, db: None, password: str
) -> None:
    response = sign_up(client, "sara.rezaei", password1=password)

    assert sentences(response)
    assert all(map(is_persian, sentences(response))), sentences(response)
    assert not User.objects.exists()


def test_sign_up_can_be_closed(client: Client, db: None, settings) -> None:
    settings.SIGNUP_OPEN = False

    response = sign_up(client, "sara")

    assert response.status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "next_url",
    [
        "https://evil.example/",
        "//evil.example",
        "https:evil.example",
        "/\\evil.example",
        "http://127.0.0.1/user/omid/",
        "javascript:alert(1)",
    ],
)
def test_after_sign_up_next_does_not_leave_the_site(
    client: Client, db: None, next_url: str
) -> None:
    assert sign_up(client, "sara", next=next_url).url == reverse("dashboard")


def test_after_sign_up_next_leads_within_the_site(client: Client, db: None) -> None:
    assert sign_up(client, "sara", next="/accounts/profile/").url == "/accounts/profile/"


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    """Both forms are checked before either is saved."""

    @pytest.fixture(autouse=True)
    def both_pass_the_check(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # Held up between check and save; without this it would take luck to hit.
        barrier = Barrier(2)
        waits = iter([barrier.wait, barrier.wait])
        save = SignupForm.try_save

        def save_together(form: SignupForm, request: HttpRequest):
            next(waits, lambda timeout: None)(timeout=5)
            return save(form, request)

        monkeypatch.setattr(SignupForm, "try_save", save_together)

    def test_of_one_name_one_gets_an_account_and_the_other_a_sentence(self) -> None:
        responses = at_once(
            lambda email: sign_up(Client(), "sara", email), ["a@example.ir", "b@example.ir"]
        )

        assert sorted(response.status_code for response in responses) == [200, 302]
        refused = next(response for response in responses if response.status_code == 200)
        [sentence] = sentences(refused)
        assert "نام کاربری" in sentence
        assert User.objects.count() == 1
        assert IssuedHubUsername.objects.count() == 1

    def test_of_one_address_one_gets_an_account_and_the_other_a_sentence(self) -> None:
        responses = at_once(
            lambda name: sign_up(Client(), name, "sara@example.ir"), ["sara", "omid"]
        )

        assert sorted(response.status_code for response in responses) == [200, 302]
        refused = next(response for response in responses if response.status_code == 200)
        [sentence] = sentences(refused)
        assert is_persian(sentence)
        assert "نام کاربری" not in sentence
        assert User.objects.count() == 1

    def test_of_names_with_one_hub_name_both_get_an_account_and_a_home_of_their_own(self) -> None:
        responses = at_once(
            lambda name: sign_up(Client(), name, f"{name}@example.ir"), ["sara.r", "sara_r"]
        )

        assert [response.status_code for response in responses] == [302, 302]
        assert set(User.objects.values_list("hub_username", flat=True)) == {"sara-r", "sara-r-2"}
