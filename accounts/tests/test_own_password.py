"""Passwords that somebody else has set: their owner changes them before anything else."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services.ensure_administrator import ensure_administrator
from accounts.tests.test_admin import add

CHANGE = reverse("account_change_password")
FIRST, OWN = "گذرواژه-بلند-7", "Shamdani-dar-bad-82"


def sign_in(client: Client, username: str, password: str) -> Client:
    client.post(reverse("account_login"), {"login": username, "password": password})
    return client


def choose_own(client: Client, first: str):
    form = {"oldpassword": first, "password1": OWN, "password2": OWN}
    return client.post(CHANGE, form)


def test_first_administrator_changes_printed_password(client: Client, db: None) -> None:
    made = ensure_administrator()
    assert made is not None
    sign_in(client, made.username, made.password)

    for page in ("/dashboard/", "/admin/", "/accounts/email/", "/accounts/profile/"):
        assert client.get(page).url == CHANGE, page
    assert "notice--warning" in client.get(CHANGE).content.decode()

    choose_own(client, made.password)
    assert client.get("/dashboard/").status_code == 200
    assert "notice--warning" not in client.get(CHANGE).content.decode()


def test_api_is_closed_until_then(client: Client, db: None) -> None:
    made = ensure_administrator()
    assert made is not None
    sign_in(client, made.username, made.password)

    assert client.post(reverse("api-server")).status_code == 403
    response = client.get("/dashboard/server/", headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == CHANGE


@pytest.mark.parametrize("page", ["account_logout", "account_change_password"])
def test_way_out_stays_open(client: Client, db: None, page: str) -> None:
    made = ensure_administrator()
    assert made is not None
    sign_in(client, made.username, made.password)

    assert client.get(reverse(page)).status_code == 200


def test_account_made_by_staff_changes_its_password(client: Client, nasrin: User) -> None:
    staff = Client()
    staff.force_login(nasrin)
    add(staff, "parvin")
    sign_in(client, "parvin", FIRST)

    assert client.get("/dashboard/").url == CHANGE
    choose_own(client, FIRST)
    assert client.get("/dashboard/").status_code == 200


def test_password_set_by_staff_is_changed(client: Client, nasrin: User, sara: User) -> None:
    staff = Client()
    staff.force_login(nasrin)
    form = {"usable_password": "true", "password1": FIRST, "password2": FIRST}
    page = reverse("admin:auth_user_password_change", args=[sara.pk])
    assert staff.post(page, form).status_code == 302
    sign_in(client, "sara", FIRST)

    assert client.get("/dashboard/").url == CHANGE


def test_own_password_is_not_set_in_the_admin(client: Client, nasrin: User) -> None:
    client.force_login(nasrin)

    page = reverse("admin:auth_user_password_change", args=[nasrin.pk])

    assert client.get(page).url == CHANGE


def test_late_save_keeps_the_requirement(sara: User) -> None:
    page = User.objects.get(pk=sara.pk)
    User.objects.filter(pk=sara.pk).update(password_change_required=True)
    page.save()

    sara.refresh_from_db()
    assert sara.password_change_required
