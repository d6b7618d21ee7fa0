"""Changing a password, and getting a new one by mail."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User


def change(client: Client, old: str, new: str, again: str | None = None):
    return client.post(
        reverse("account_change_password"),
        {"oldpassword": old, "password1": new, "password2": new if again is None else again},
    )


@pytest.fixture
def reset_link(client: Client, sara: User, workers) -> str:
    with workers.committing():
        client.post(reverse("account_reset_password"), {"email": "sara@example.ir"})
    workers.work_off()
    [message] = mail.outbox
    [link] = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", message.body)
    return link


@pytest.mark.parametrize("old", ["sara-98-password", "sara-۹۸-password"])
@pytest.mark.parametrize("again", ["another-12-pass", "another-۱۲-pass"])
def test_one_changes_the_password_whatever_keyboard_it_is_typed_on(
    client: Client, sara: User, old: str, again: str
) -> None:
    sara.set_password("sara-98-password")
    sara.save()
    client.force_login(sara)

    response = change(client, old, again)

    assert response.status_code == 302
    sara.refresh_from_db()
    assert sara.check_password("another-12-pass")


def test_after_the_change_one_is_signed_in_still(client: Client, sara: User) -> None:
    client.post(reverse("account_login"), {"login": "sara", "password": "sara-s-password"})
    change(client, "sara-s-password", "another-password")

    assert client.get(reverse("dashboard")).status_code == 200


def test_the_change_ends_the_sessions_in_other_browsers(client: Client, sara: User) -> None:
    other = Client()
    for browser in (client, other):
        browser.post(reverse("account_login"), {"login": "sara", "password": "sara-s-password"})
    change(client, "sara-s-password", "another-password")

    assert other.get(reverse("dashboard")).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("wrong", "another-password", "another-password"),
        ("sara-s-password", "another-password", "something-else"),
        ("sara-s-password", "password۱", "password۱"),
        ("sara-s-password", "۱۲۳۴۵۶۷۸۹", "۱۲۳۴۵۶۷۸۹"),
    ],
)
def test_a_change_that_is_wrong_or_weak_is_refused(
    client: Client, sara: User, old: str, new: str, again: str
) -> None:
    client.force_login(sara)

    response = change(client, old, new, again)

    assert response.status_code == 200
    sara.refresh_from_db()
    assert sara.check_password("sara-s-password")


def test_the_mail_leads_to_a_new_password(client: Client, sara: User, reset_link: str) -> None:
    page = client.get(reset_link)
    response = client.post(
        page.url, {"password1": "another-۱۲-pass", "password2": "another-۱۲-pass"}
    )

    assert response.status_code == 302
    sara.refresh_from_db()
    assert sara.check_password("another-12-pass")


def test_the_link_works_once(client: Client, reset_link: str) -> None:
    new = {"password1": "another-12-pass", "password2": "another-12-pass"}
    client.post(client.get(reset_link).url, new)

    again = Client().get(reset_link)

    assert again.context["token_fail"]


def test_the_key_is_not_in_the_address_of_the_page_that_asks_for_the_password(
    client: Client, reset_link: str
) -> None:
    """Else it would be in the referrer and in the history of a shared machine."""
    key = reset_link.rstrip("/").rpartition("-")[2]

    assert key not in client.get(reset_link).url


def test_the_address_may_be_typed_with_persian_digits(client: Client, db: None, workers) -> None:
    User.objects.create_user("sara", "sara98@example.ir", "sara-s-password")
    with workers.committing():
        client.post(reverse("account_reset_password"), {"email": "sara۹۸@example.ir"})
    workers.work_off()

    assert "/accounts/password/reset/key/" in mail.outbox[0].body


def test_an_inactive_account_gets_no_link(client: Client, sara: User, workers) -> None:
    sara.is_active = False
    sara.save()
    with workers.committing():
        client.post(reverse("account_reset_password"), {"email": "sara@example.ir"})
    workers.work_off()

    assert all("/reset/key/" not in message.body for message in mail.outbox)


def test_a_forged_host_does_not_get_into_the_link(client: Client, sara: User, workers) -> None:
    response = client.post(
        reverse("account_reset_password"),
        {"email": "sara@example.ir"},
        headers={"host": "evil.example"},
    )

    assert response.status_code == 400


def test_a_new_password_does_not_undo_what_staff_do_meanwhile(
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
