"""Staff: the administration opens to a session that has shown a second factor."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services.ensure_administrator import ensure_administrator
from accounts.tests.second_factor.app import (
    App,
    app_of,
    enter_code,
    reauthenticate,
    shown_secret,
    sign_in,
)
from tests.reading import latin_words, words_of_mail

ADMIN = reverse("admin:index")
ACCOUNTS = reverse("admin:accounts_user_changelist")
SECURITY = reverse("mfa_index")
PASSWORD = "nasrin-s-password"


@pytest.fixture(autouse=True)
def required(settings) -> None:
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def staff(client: Client, nasrin: User) -> Client:
    """Nasrin's browser, signed in by password."""
    User.objects.filter(pk=nasrin.pk).update(email="")  # she need not confirm an address
    sign_in(client, "nasrin", PASSWORD)
    return client


def where(client: Client, address: str) -> str:
    """Return the path at which this address ends."""
    return str(client.get(address, follow=True).request["PATH_INFO"])


@pytest.mark.parametrize("address", [ADMIN, ACCOUNTS, reverse("system_state")])
def test_staff_without_factor_are_led_to_set_up(staff: Client, address: str) -> None:
    page = staff.get(address, follow=True)

    assert page.request["PATH_INFO"] == SECURITY
    assert page.context["must_set_up"]
    assert reverse("mfa_activate_totp") in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_set_up_opens_administration_at_once(staff: Client) -> None:
    reauthenticate(staff, PASSWORD)
    page = reverse("mfa_activate_totp")
    app = App(shown_secret(staff.get(page)))

    codes = staff.post(page, {"code": app.code()}, follow=True)

    assert ADMIN in codes.content.decode()
    assert staff.get(ACCOUNTS).status_code == 200


def test_sign_in_with_code_opens_administration(client: Client, nasrin: User) -> None:
    app = app_of(nasrin)
    sign_in(client, "nasrin", PASSWORD, next=ACCOUNTS)

    response = enter_code(client, app.code())

    assert response.url == ACCOUNTS
    assert client.get(ACCOUNTS).status_code == 200


def test_session_from_before_set_up_enters_code(staff: Client, nasrin: User) -> None:
    app = app_of(nasrin)

    page = staff.get(ACCOUNTS, follow=True)
    assert page.request["PATH_INFO"] == reverse("mfa_reauthenticate")
    assert staff.post(ACCOUNTS, {"action": "delete_selected"}).status_code == 302
    response = staff.post(page.request["PATH_INFO"], {"code": app.code(), "next": ACCOUNTS})

    assert response.url == ACCOUNTS
    assert staff.get(ACCOUNTS).status_code == 200


def test_password_replaces_no_code(staff: Client, nasrin: User) -> None:
    app_of(nasrin)

    reauthenticate(staff, PASSWORD)

    assert where(staff, ACCOUNTS) == reverse("mfa_reauthenticate")


def test_removed_factor_closes_administration(staff: Client, nasrin: User) -> None:
    app = app_of(nasrin)
    staff.post(reverse("mfa_reauthenticate"), {"code": app.code(), "next": ACCOUNTS})
    warning = staff.get(reverse("mfa_deactivate_totp")).content.decode()

    staff.post(reverse("mfa_deactivate_totp"))

    assert "بخش مدیریت برای شما بسته می‌ماند" in warning
    assert where(staff, ACCOUNTS) == SECURITY


def test_recovery_codes_alone_are_no_factor(staff: Client, nasrin: User) -> None:
    RecoveryCodes.activate(nasrin)

    assert where(staff, ACCOUNTS) == SECURITY


@pytest.mark.django_db(transaction=True)
def test_first_administrator_gets_in_at_first_sign_in(client: Client) -> None:
    made = ensure_administrator()
    assert made is not None
    sign_in(client, made.username, made.password, next=ADMIN)
    change = where(client, ADMIN)
    assert change == reverse("account_change_password")
    new = "parvaneh-dar-bad-81"
    client.post(change, {"oldpassword": made.password, "password1": new, "password2": new})
    assert where(client, ADMIN) == SECURITY
    reauthenticate(client, new)
    page = reverse("mfa_activate_totp")
    app = App(shown_secret(client.get(page)))

    client.post(page, {"code": app.code()})

    assert client.get(ADMIN).status_code == 200


def test_lecturer_needs_no_factor(client: Client, omid: User) -> None:
    sign_in(client, "omid", "omid-s-password")

    assert client.get(reverse("dashboard")).status_code == 200
    assert not client.get(SECURITY).context["must_set_up"]


def test_staff_use_their_own_server_without_factor(staff: Client) -> None:
    assert staff.get(reverse("dashboard")).status_code == 200


def test_setting_can_be_switched_off(staff: Client, settings) -> None:
    settings.STAFF_SECOND_FACTOR = False

    assert staff.get(ACCOUNTS).status_code == 200


def test_visitor_of_administration_signs_in_first(client: Client, db: None) -> None:
    page = client.get(ACCOUNTS, follow=True)

    assert page.request["PATH_INFO"] == reverse("account_login")
    assert page.context["redirect_field_value"] == f"{ACCOUNTS}"


def test_student_is_refused_as_before(client: Client, sara: User) -> None:
    client.force_login(sara)

    assert client.get(ACCOUNTS, follow=True).status_code == 403


# --- Help for people who lost the factor ------------------------------------------------------


@pytest.fixture
def administration(client: Client, nasrin: User) -> Client:
    """Nasrin's browser, with the administration open."""
    app = app_of(nasrin)
    sign_in(client, "nasrin", PASSWORD)
    enter_code(client, app.code())
    return client


def remove_factor(administration: Client, user: User):
    data = {"action": "remove_second_factor", "_selected_action": [user.pk]}
    return administration.post(ACCOUNTS, data, follow=True)


def test_superuser_removes_lost_factor(administration: Client, sara: User, workers, caplog) -> None:
    caplog.set_level("INFO", "accounts.audit")
    app_of(sara)

    with workers.committing():
        page = remove_factor(administration, sara)
    workers.work_off()

    assert not Authenticator.objects.filter(user=sara).exists()
    assert "۱" in str(next(iter(page.context["messages"])))
    assert f"event=factor_removed outcome=done account={sara.pk}" in caplog.text
    [letter] = mail.outbox
    assert letter.to == [sara.email]
    assert latin_words(words_of_mail(f"{letter.subject} {letter.body}")) == set()


def test_staff_who_are_no_superusers_cannot_remove(
    administration: Client, nasrin: User, sara: User
) -> None:
    app_of(sara)
    nasrin.is_superuser = False
    nasrin.save()
    nasrin.user_permissions.set(
        nasrin.user_permissions.model.objects.filter(codename__endswith="_user")
    )

    page = remove_factor(administration, sara)

    assert page.status_code == 200
    assert Authenticator.objects.filter(user=sara).exists()


def test_account_without_factor_is_left_alone(administration: Client, sara: User, workers) -> None:
    with workers.committing():
        remove_factor(administration, sara)

    assert workers.count("mail.deliver") == 0


def test_command_removes_factor_of_last_superuser(nasrin: User, workers, capsys) -> None:
    app_of(nasrin)

    with workers.committing():
        call_command("remove_second_factor", "NASRIN")
    workers.work_off()

    assert not Authenticator.objects.exists()
    assert [letter.to for letter in mail.outbox] == [[nasrin.email]]


@pytest.mark.parametrize("name", ["nobody", "nasrin"])
def test_command_names_what_it_did_not_find(nasrin: User, name: str) -> None:
    with pytest.raises(CommandError, match=name):
        call_command("remove_second_factor", name)


def test_administration_has_no_list_of_secrets(administration: Client) -> None:
    assert "authenticator" not in administration.get(ADMIN).content.decode().lower()
