"""Addresses that staff change: the new one counts at once, the old one opens nothing more."""

from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.mails import CONFIRM, RESET, ask_for_reset, links_to, subjects_to
from accounts.tests.test_admin import change

PASSWORD = "Parvaneh-dar-bad-81"
OLD, NEW = "maryam.old@example.ir", "maryam.new@example.ir"


@pytest.fixture
def staff(nasrin: User) -> Client:
    browser = Client()
    browser.force_login(nasrin)
    return browser


@pytest.fixture
def maryam(db: None, workers) -> User:
    """A student who signed up and never confirmed her address."""
    with workers.committing():
        Client().post(
            reverse("account_signup"), {"username": "maryam", "email": OLD, "password1": PASSWORD}
        )
    workers.work_off()
    return User.objects.get(username="maryam")


@pytest.fixture
def changed(staff: Client, maryam: User, workers) -> User:
    with workers.committing():
        response = change(staff, maryam, email="Maryam.New@example.ir", is_active="on")
        assert response.status_code == 302, response.context["adminform"].form.errors
    workers.work_off()
    return maryam


def rows_of(user: User) -> list[tuple[str, bool, bool]]:
    return list(EmailAddress.objects.filter(user=user).values_list("email", "primary", "verified"))


def test_new_address_is_the_only_one_and_confirmed(changed: User) -> None:
    changed.refresh_from_db()
    assert changed.email == NEW
    assert rows_of(changed) == [(NEW, True, True)]


@pytest.mark.parametrize(("login", "works"), [(OLD, False), (NEW, True)])
def test_only_new_address_signs_in(client: Client, changed: User, login: str, works: bool) -> None:
    client.post(reverse("account_login"), {"login": login, "password": PASSWORD})

    assert ("_auth_user_id" in client.session) is works


def test_only_new_address_gets_reset(client: Client, changed: User, workers) -> None:
    ask_for_reset(client, workers, OLD)
    ask_for_reset(client, workers, NEW)

    assert links_to(RESET, OLD) == []
    assert len(links_to(RESET, NEW)) == 1


def test_earlier_confirmation_link_leads_nowhere(client: Client, changed: User) -> None:
    [link] = links_to(CONFIRM, OLD)

    assert client.post(link).status_code == 404
    assert rows_of(changed) == [(NEW, True, True)]


def test_old_address_is_free_for_others(client: Client, changed: User) -> None:
    client.post(
        reverse("account_signup"), {"username": "other", "email": OLD, "password1": PASSWORD}
    )

    assert User.objects.get(username="other").email == OLD


def test_old_address_gets_a_mail(changed: User) -> None:
    assert "نشانی ایمیل شما تغییر کرد" in subjects_to(OLD)


def test_removed_address_opens_nothing(client: Client, staff: Client, maryam: User) -> None:
    change(staff, maryam, email="", is_active="on")

    assert rows_of(maryam) == []
    client.post(reverse("account_login"), {"login": OLD, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_unchanged_address_keeps_its_rows(staff: Client, maryam: User) -> None:
    change(staff, maryam, first_name="مریم", is_active="on")

    assert rows_of(maryam) == [(OLD, True, False)]


def test_address_that_another_account_confirmed_is_refused(
    staff: Client, maryam: User, sara: User
) -> None:
    EmailAddress.objects.create(user=sara, email=NEW, verified=True)

    response = change(staff, maryam, email=NEW, is_active="on")

    assert response.context["adminform"].form.errors["email"]
    assert rows_of(maryam) == [(OLD, True, False)]


def test_staff_confirm_an_address(staff: Client, maryam: User) -> None:
    staff.post(
        reverse("admin:accounts_user_changelist"),
        {"action": "confirm_address", "_selected_action": [maryam.pk]},
    )

    assert rows_of(maryam) == [(OLD, True, True)]


def test_row_of_an_address_is_never_edited(staff: Client, maryam: User) -> None:
    """A link that was sent for one address would confirm another."""
    row = EmailAddress.objects.get(user=maryam)
    staff.post(
        reverse("admin:account_emailaddress_change", args=[row.pk]),
        {"user": maryam.pk, "email": "evil@example.org", "verified": "on"},
    )

    assert rows_of(maryam) == [(OLD, True, False)]


def test_address_added_by_staff_is_confirmed(staff: Client, maryam: User) -> None:
    add = reverse("admin:account_emailaddress_add")
    staff.post(add, {"user": maryam.pk, "email": "maryam۲@example.ir"})

    assert ("maryam2@example.ir", False, True) in rows_of(maryam)


def test_main_address_is_not_deleted_as_a_row(staff: Client, maryam: User) -> None:
    row = EmailAddress.objects.get(user=maryam)
    staff.post(reverse("admin:account_emailaddress_delete", args=[row.pk]), {"post": "yes"})

    assert rows_of(maryam) == [(OLD, True, False)]


def test_former_differences_are_settled(maryam: User, sara: User, omid: User) -> None:
    """Before, staff's change left allauth's rows as they were."""
    User.objects.filter(pk=maryam.pk).update(email=NEW)
    EmailAddress.objects.create(user=omid, email=omid.email, primary=True)
    User.objects.update(signed_up=False)

    import_module("accounts.migrations.0008_signed_up").settle(apps, None)

    assert rows_of(maryam) == [(NEW, True, True)]
    assert rows_of(sara) == [(sara.email, True, True)]
    assert rows_of(omid) == [(omid.email, True, False)]
    assert set(User.objects.filter(signed_up=True)) == {maryam, omid}


@pytest.fixture
def claim(maryam: User) -> EmailAddress:
    """Zahra's claim of an address, beside her own, which is not confirmed either."""
    zahra = User.objects.create_user("zahra", "zahra@example.ir", PASSWORD, signed_up=True)
    EmailAddress.objects.create(user=zahra, email=zahra.email, primary=True)
    return EmailAddress.objects.create(user=zahra, email=NEW)


def confirm_from_list(staff: Client, row: EmailAddress) -> None:
    staff.post(
        reverse("admin:account_emailaddress_changelist") + "?verified__exact=0",
        {"action": "make_verified", "_selected_action": [row.pk]},
    )


def test_address_that_staff_confirm_is_nobody_elses(
    staff: Client, maryam: User, claim: EmailAddress
) -> None:
    EmailAddress.objects.create(user=maryam, email=NEW)

    confirm_from_list(staff, claim)

    assert rows_of(claim.user) == [(NEW, True, True)]
    assert rows_of(maryam) == [(OLD, True, False)]


def test_main_address_of_another_is_not_confirmed(
    staff: Client, maryam: User, claim: EmailAddress
) -> None:
    User.objects.filter(pk=maryam.pk).update(email=NEW)

    confirm_from_list(staff, claim)

    claim.refresh_from_db()
    assert not claim.verified
