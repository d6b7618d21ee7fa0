"""Change and reset of passwords."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.mails import ask_for_reset, subjects_to


def change(client: Client, old: str, new: str, again: str | None = None):
    return client.post(
        reverse("account_change_password"),
        {"oldpassword": old, "password1": new, "password2": new if again is None else again},
    )


def test_password_changes_on_any_keyboard(client: Client, sara: User) -> None:
    sara.set_password("sara-98-password")
    sara.save()
    client.force_login(sara)

    response = change(client, "sara-۹۸-password", "another-۱۲-pass")

    assert response.status_code == 302
    sara.refresh_from_db()
    assert sara.check_password("another-12-pass")


def test_change_ends_sessions_of_other_browsers_only(client: Client, sara: User) -> None:
    other = Client()
    for browser in (client, other):
        browser.post(reverse("account_login"), {"login": "sara", "password": "sara-s-password"})

    change(client, "sara-s-password", "another-password")

    assert client.get(reverse("dashboard")).status_code == 200
    assert other.get(reverse("dashboard")).status_code == 302


@pytest.mark.parametrize(
    "password",
    ["باد" * 43, "battery staple horse", "گذرواژهٔ بلند من", "UPPERCASEONLY", " two ends "],
    ids=["129 letters", "small letters", "Persian", "capitals", "spaces at the ends"],
)
def test_password_of_any_length_and_letters_signs_in(
    client: Client, sara: User, password: str
) -> None:
    client.force_login(sara)
    assert change(client, "sara-s-password", password).status_code == 302

    for typed in {password, password[:-1], password.swapcase(), password.strip()}:
        browser = Client()
        browser.post(reverse("account_login"), {"login": "sara", "password": typed})
        assert ("_auth_user_id" in browser.session) is (typed == password), typed


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("wrong", "another-password", "another-password"),
        ("sara-s-password", "another-password", "something-else"),
        ("sara-s-password", "۱۲۳۴۵۶۷۸۹", "۱۲۳۴۵۶۷۸۹"),
    ],
)
def test_wrong_or_weak_change_is_refused(
    client: Client, sara: User, old: str, new: str, again: str
) -> None:
    client.force_login(sara)

    response = change(client, old, new, again)

    assert response.status_code == 200
    sara.refresh_from_db()
    assert sara.check_password("sara-s-password")


def test_reset_link_sets_new_password_once(client: Client, sara: User, reset_link: str) -> None:
    page = client.get(reset_link)
    response = client.post(
        page.url, {"password1": "another-۱۲-pass", "password2": "another-۱۲-pass"}
    )

    assert response.status_code == 302
    sara.refresh_from_db()
    assert sara.check_password("another-12-pass")
    assert Client().get(reset_link).context["token_fail"]


def choose_by_link(client: Client, link: str) -> Any:
    new = {"password1": "another-12-pass", "password2": "another-12-pass"}
    return client.post(client.get(link).url, new)


def test_reset_signs_in_and_says_so_once(client: Client, sara: User, workers: Any) -> None:
    other = Client()
    other.force_login(sara)
    [link] = ask_for_reset(client, workers)

    response = choose_by_link(client, link)

    page = client.get(response.url)
    assert page.context["user"] == sara
    assert page.content.decode().count("گذرواژهٔ شما تغییر کرد") == 1
    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""
    assert other.get(reverse("dashboard")).status_code == 302


@pytest.mark.parametrize("verification", ["none", "optional", "mandatory"])
def test_reset_confirms_the_address_and_mails_a_notice(
    client: Client, db: None, settings: Any, workers: Any, verification: str
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    User.objects.create_user("ali", "ali@example.ir", "ali-s-password", signed_up=True)
    [link] = ask_for_reset(client, workers, "ali@example.ir")

    with workers.committing():
        choose_by_link(client, link)
    workers.work_off()

    assert EmailAddress.objects.get(user__username="ali").verified
    assert subjects_to("ali@example.ir")[-1] == "گذرواژهٔ شما تغییر کرد"
    assert client.get(reverse("dashboard")).context["user"].username == "ali"


def test_reset_page_names_the_account(client: Client, reset_link: str) -> None:
    """Otherwise somebody else's link would sign the reader in to an account of theirs unseen."""
    page = BeautifulSoup(client.get(reset_link, follow=True).content, "html.parser")

    assert page.select_one("main bdi").text == "sara"


def test_reset_page_address_has_no_key(client: Client, reset_link: str) -> None:
    """Otherwise it would be in the referrer and in the history of a shared computer."""
    key = reset_link.rstrip("/").rpartition("-")[2]

    assert key not in client.get(reset_link).url


def test_reset_address_accepts_persian_digits(client: Client, db: None, workers) -> None:
    User.objects.create_user("sara", "sara98@example.ir", "sara-s-password")

    assert len(ask_for_reset(client, workers, "sara۹۸@example.ir")) == 1


def test_each_form_says_what_a_new_password_ends(client: Client, sara: User, workers) -> None:
    [link] = ask_for_reset(client, workers)
    reset = client.get(link, follow=True).content.decode()
    client.force_login(sara)
    changed = client.get(reverse("account_change_password")).content.decode()

    for page in (reset, changed):
        assert "با گذرواژهٔ تازه، همهٔ مرورگرهای دیگر شما" in page


def test_inactive_account_gets_no_reset_link(client: Client, sara: User, workers) -> None:
    sara.is_active = False
    sara.save()

    assert ask_for_reset(client, workers) == []


def test_forged_host_gets_no_reset_link(client: Client, sara: User) -> None:
    response = client.post(
        reverse("account_reset_password"),
        {"email": "sara@example.ir"},
        headers={"host": "evil.example"},
    )

    assert response.status_code == 400


def test_password_change_keeps_concurrent_changes_of_staff(
    client: Client, sara: User, monkeypatch
) -> None:
    client.force_login(sara)
    hash_password = User.set_password

    def hash_while_staff_act(user: User, password: str) -> None:
        User.objects.filter(pk=user.pk).update(is_active=False)
        hash_password(user, password)

    monkeypatch.setattr(User, "set_password", hash_while_staff_act)
    change(client, "sara-s-password", "another-12-pass")

    sara.refresh_from_db()
    assert not sara.is_active
    assert sara.check_password("another-12-pass")
