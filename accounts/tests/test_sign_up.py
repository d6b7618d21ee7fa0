"""Sign-up: people get a safe Hub name or a clear Persian message, whatever they type."""

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
    "٩٨١٢٣٤٥",
    "علي.رضايي",
    "علی\u200cرضا",
    "\u200fعلی\u200f",
    "../admin",
    "a" * 300,
    "ﷺ" * 60,
    "saraعلی",
    "сара",
    "a\u200c\u200cb",
    "ADMIN",
    "sara.rezaei",
    "sara-rezaei",
    "sara_rezaei",
    "sara@example.ir",
    "-sara-",
    "sara\n",
    "sara\x00",
    " ",
    "\u200c",
    "<b>sara</b>",
    "👩🏽‍💻👩🏽‍💻",
    "İSTANBUL",
    "９８１２",
    "0000",
    "a" * 64,
    "a" * 63 + "b",
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


def messages(response) -> list[str]:
    return [error for errors in response.context["form"].errors.values() for error in errors]


def is_persian(message: str) -> bool:
    return bool(re.search("[آ-ی]", message)) and not re.search("[A-Za-z]{3,}", message)


def test_sign_up_signs_in_and_opens_dashboard(client: Client, db: None) -> None:
    response = sign_up(client, "sara", "sara@example.ir")

    assert response.status_code == 302
    assert response.url == reverse("dashboard")
    user = User.objects.get(username="sara")
    assert user.hub_username == "sara"
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.check_password(PASSWORD)


def test_names_are_folded_and_greet_at_once(client: Client, db: None) -> None:
    response = sign_up(client, "sara", first_name=" علي\u200cرضا\u200f ", last_name="كريمي\r\n")

    user = User.objects.get()
    assert (user.first_name, user.last_name) == ("علی\u200cرضا", "کریمی")
    assert user.names_for_search == "sara علیرضا کریمی"
    assert "سلام، <bdi>علی\u200cرضا</bdi>" in client.get(response.url).content.decode()


def test_names_are_no_condition_of_an_account(client: Client, db: None) -> None:
    sign_up(client, "sara", last_name=" ")

    user = User.objects.get()
    assert (user.first_name, user.last_name) == ("", "")


@pytest.mark.parametrize("name", ["س" * 151, "\u0958" * 150])
def test_name_beyond_its_column_is_refused(client: Client, db: None, name: str) -> None:
    [message] = messages(sign_up(client, "sara", first_name=name))

    assert is_persian(message)
    assert not User.objects.exists()


def test_password_like_the_name_is_refused(client: Client, db: None) -> None:
    response = sign_up(client, "s1402", last_name="Mohammadi", password1="mohammadi7")

    [message] = messages(response)
    assert is_persian(message)


def test_browser_fills_in_the_names(client: Client, sara: User) -> None:
    def completed(page: str) -> list[str]:
        form = client.get(reverse(page)).context["form"]
        return [form.fields[n].widget.attrs["autocomplete"] for n in ("first_name", "last_name")]

    assert completed("account_signup") == ["given-name", "family-name"]
    client.force_login(sara)
    assert completed("profile") == ["given-name", "family-name"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_name_is_safe_or_refused(client: Client, db: None, name: str) -> None:
    response = sign_up(client, name)

    if response.status_code == 302:
        user = User.objects.get()
        assert is_legal_hub_username(user.hub_username)
    else:
        assert response.status_code == 200
        assert not User.objects.exists()
        assert messages(response)
        assert all(map(is_persian, messages(response))), messages(response)
        for message in messages(response):
            assert len(message) < 200


def test_odd_names_never_share_a_hub_username(db: None) -> None:
    for number, name in enumerate(ODD_NAMES):
        sign_up(Client(), name, f"person{number}@example.ir")

    names = list(User.objects.values_list("hub_username", flat=True))
    assert len(names) > 8
    assert len(set(names)) == len(names)
    assert all(map(is_legal_hub_username, names))
    assert set(names) == set(IssuedHubUsername.objects.values_list("name", flat=True))


@pytest.mark.parametrize("again", ["SARA", "ｓａｒａ", " sara\u200f"])
def test_taken_name_is_refused_in_any_spelling(client: Client, sara: User, again: str) -> None:
    response = sign_up(client, again, "another@example.ir")

    [message] = messages(response)
    assert is_persian(message)
    assert "نام کاربری" in message
    assert User.objects.count() == 1


@pytest.mark.parametrize("again", ["Sara@Example.IR", " sara@example.ir\u200f"])
def test_taken_address_is_refused_in_any_spelling(client: Client, sara: User, again: str) -> None:
    response = sign_up(client, "another", again)

    [message] = messages(response)
    assert is_persian(message)
    assert User.objects.count() == 1


def test_sign_up_address_accepts_persian_digits(client: Client, db: None) -> None:
    sign_up(client, "sara", "sara۹۸@example.ir")

    assert User.objects.get().email == "sara98@example.ir"


@pytest.mark.parametrize("password", ["", "۱۲۳۴۵۶۷۸", "password۱", "sara_rezaei", "کوتاه"])
def test_weak_password_is_refused_in_persian(client: Client, db: None, password: str) -> None:
    response = sign_up(client, "sara.rezaei", password1=password)

    assert messages(response)
    assert all(map(is_persian, messages(response))), messages(response)
    assert not User.objects.exists()


def test_closed_sign_up_creates_no_account(client: Client, db: None, settings) -> None:
    settings.SIGNUP_OPEN = False

    response = sign_up(client, "sara")

    assert response.status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("address", "accepted"),
    [
        ("sara@uni.example", True),
        ("sara@UNI.Example", True),
        ("sara@evil-uni.example", False),
        ("sara@uni.example.evil.example", False),
        ("sara@students.uni.example", False),
    ],
)
def test_only_domains_of_the_list_sign_up(
    client: Client, db: None, settings, address: str, accepted: bool
) -> None:
    settings.SIGNUP_EMAIL_DOMAINS = ["uni.example", "edu.example"]

    response = sign_up(client, "sara", address)

    assert (response.status_code == 302) is accepted
    if not accepted:
        [message] = messages(response)
        assert "uni.example" in message


def test_only_domains_of_the_list_are_added(client: Client, sara: User, settings) -> None:
    settings.SIGNUP_EMAIL_DOMAINS = ["uni.example"]
    client.post(reverse("account_login"), {"login": "sara", "password": "sara-s-password"})
    client.post(reverse("account_reauthenticate"), {"password": "sara-s-password"})

    form = {"action_add": "", "email": "sara@evil.example"}
    assert client.post(reverse("account_email"), form).context["form"].errors["email"]
    form["email"] = "sara@uni.example"
    assert client.post(reverse("account_email"), form).status_code == 302


@pytest.mark.parametrize("page", ["landing", "account_login"])
@pytest.mark.parametrize("is_open", [True, False])
def test_pages_invite_only_while_sign_up_is_open(
    client: Client, db: None, settings, page: str, is_open: bool
) -> None:
    settings.SIGNUP_OPEN = is_open

    html = client.get(reverse(page)).content.decode()

    assert (f'href="{reverse("account_signup")}' in html) is is_open


@pytest.mark.parametrize(
    ("next_url", "target"),
    [
        ("/accounts/profile/", "/accounts/profile/"),
        ("/\\evil.example", "/dashboard/"),
        ("http://127.0.0.1/user/omid/", "/dashboard/"),
    ],
)
def test_next_stays_on_the_site(client: Client, db: None, next_url: str, target: str) -> None:
    assert sign_up(client, "sara", next=next_url).url == target


@pytest.mark.django_db(transaction=True)
class TestConcurrentSignUps:
    """Both forms are validated before either is saved."""

    @pytest.fixture(autouse=True)
    def both_are_validated_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # Waits between validation and saving: otherwise only luck would hit the race.
        barrier = Barrier(2)
        waits = iter([barrier.wait, barrier.wait])
        save = SignupForm.try_save

        def save_together(form: SignupForm, request: HttpRequest):
            next(waits, lambda timeout: None)(timeout=5)
            return save(form, request)

        monkeypatch.setattr(SignupForm, "try_save", save_together)

    @pytest.mark.parametrize(
        ("people", "is_about_name"),
        [
            ([("sara", "a@example.ir"), ("sara", "b@example.ir")], True),
            ([("sara", "sara@example.ir"), ("omid", "sara@example.ir")], False),
        ],
        ids=["name", "address"],
    )
    def test_same_name_or_address_gives_one_account(
        self, people: list[tuple[str, str]], is_about_name: bool
    ) -> None:
        responses = at_once(lambda person: sign_up(Client(), *person), people)

        refused, accepted = sorted(responses, key=lambda response: response.status_code)
        assert (refused.status_code, accepted.status_code) == (200, 302)
        [message] = messages(refused)
        assert is_persian(message)
        assert ("نام کاربری" in message) is is_about_name
        assert User.objects.count() == IssuedHubUsername.objects.count() == 1

    def test_similar_names_get_different_hub_usernames(self) -> None:
        responses = at_once(
            lambda name: sign_up(Client(), name, f"{name}@example.ir"), ["sara.r", "sara_r"]
        )

        assert [response.status_code for response in responses] == [302, 302]
        assert set(User.objects.values_list("hub_username", flat=True)) == {"sara-r", "sara-r-2"}
