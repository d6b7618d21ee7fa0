"""Accounts and their Hub names, which never change owners."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import HubUsernameIsImmutableError, IssuedHubUsername, User
from accounts.services.replace_hub_username import replace_hub_username
from jupyter_integration.testing.at_once import at_once


def test_first_save_issues_and_records_hub_username(sara: User) -> None:
    assert sara.hub_username == "sara"
    assert IssuedHubUsername.objects.get(pk="sara").issued_to == sara


@pytest.mark.parametrize("load", ["get", "defer", "only"])
def test_changed_hub_username_cannot_be_saved(sara: User, load: str) -> None:
    accounts = {
        "get": User.objects.all(),
        "defer": User.objects.defer("hub_username"),
        "only": User.objects.only("pk"),
    }
    account = accounts[load].get(pk=sara.pk)
    account.hub_username = "omid"

    for fields in (["hub_username"], ["first_name"]):
        with pytest.raises(HubUsernameIsImmutableError):
            account.save(update_fields=fields)
    with pytest.raises(HubUsernameIsImmutableError):
        account.save()
    sara.refresh_from_db()
    assert sara.hub_username == "sara"


def test_partly_loaded_account_is_partly_saved(sara: User) -> None:
    account = User.objects.only("first_name").get(pk=sara.pk)
    account.first_name = "سارا"
    account.save()

    sara.refresh_from_db()
    assert (sara.first_name, sara.username, sara.hub_username) == ("سارا", "sara", "sara")


def test_stale_account_keeps_replaced_hub_username(sara: User) -> None:
    """A worker finds the name taken on the Hub while a person fills in the page."""
    page = User.objects.get(pk=sara.pk)
    replace_hub_username(user=sara)
    User.objects.filter(pk=sara.pk).update(hub_user_created_at="2026-11-23T00:00:00Z")

    page.first_name = "سارا"
    page.save()

    sara.refresh_from_db()
    assert sara.hub_username == "sara-2"
    assert sara.hub_user_created_at is not None
    assert sara.first_name == "سارا"

    with pytest.raises(HubUsernameIsImmutableError):
        page.save(update_fields=["hub_username"])


def test_partial_refresh_keeps_hub_username_immutable(sara: User) -> None:
    sara.hub_username = "omid"
    sara.refresh_from_db(fields=["first_name"])

    with pytest.raises(HubUsernameIsImmutableError):
        sara.save()


def test_hub_username_of_deleted_account_stays_taken(sara: User) -> None:
    sara.delete()

    second = User.objects.create_user("sara")

    assert second.hub_username == "sara-2"
    assert IssuedHubUsername.objects.get(pk="sara").issued_to is None


def test_account_with_replaced_hub_username_is_saved(sara: User) -> None:
    replace_hub_username(user=sara)
    sara.first_name = "سارا"
    sara.save()

    assert User.objects.get(pk=sara.pk).hub_username == "sara-2"


def test_replaced_hub_username_stays_taken(sara: User) -> None:
    replace_hub_username(user=sara)
    sara.username = "sara.r"
    sara.save()

    assert User.objects.create_user("sara").hub_username == "sara-3"


def test_taken_proposals_lead_to_random_hub_username(db: None) -> None:
    for name in ("sara", "sara-2", "sara-3", "sara-4", "sara-5", "sara-6"):
        IssuedHubUsername.objects.create(name=name)

    hub_username = User.objects.create_user("sara").hub_username

    assert hub_username.startswith("sara-")
    assert len(hub_username) == len("sara-") + 8


def test_issued_hub_username_is_refused_on_creation(sara: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="someone", hub_username="sara")


@pytest.mark.parametrize("name", ["", "Sara", "1a", "sara\n", "ساره"])
def test_database_refuses_illegal_hub_username(sara: User, name: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=sara.pk).update(hub_username=name)


def test_failed_save_records_no_hub_username(sara: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="omid", email="SARA@example.ir")

    assert list(IssuedHubUsername.objects.values_list("pk", flat=True)) == ["sara"]


def test_address_is_unique_in_any_case(sara: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=User.objects.create_user("omid").pk).update(email="Sara@Example.IR")


def test_accounts_without_address_are_allowed(db: None) -> None:
    User.objects.create_user("sara")
    User.objects.create_user("omid")


def test_created_superuser_gets_folded_names(db: None) -> None:
    account = User.objects.create_superuser("ＮＡＳＲＩＮ", "Nasrin@Example.IR", "۱۲۳۴-nasrin")

    assert account.username == "nasrin"
    assert account.email == "nasrin@example.ir"
    assert account.check_password("1234-nasrin")


def test_account_without_password_accepts_none(db: None) -> None:
    account = User.objects.create_user("sara")

    assert not account.has_usable_password()
    assert not account.check_password(None)
    assert not account.check_password("")


def test_late_save_does_not_recreate_deleted_account(sara: User) -> None:
    page = User.objects.get(pk=sara.pk)
    sara.delete()

    with pytest.raises(DatabaseError), transaction.atomic():
        page.save()
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_concurrent_similar_names_get_different_hub_usernames() -> None:
    names = ["sara.r", "sara_r", "sara-r", "sara..r", "sara--r", "sara__r", "sara._r", "sara-_r"]

    accounts = at_once(User.objects.create_user, names)

    assert len({account.hub_username for account in accounts}) == len(names)
    assert IssuedHubUsername.objects.count() == len(names)


@pytest.mark.django_db(transaction=True)
def test_concurrent_replacements_replace_once() -> None:
    sara = User.objects.create_user("sara")

    names = at_once(
        lambda _worker: replace_hub_username(user=User(pk=sara.pk, hub_username="sara")), range(2)
    )

    assert names == ["sara-2", "sara-2"]
    assert set(IssuedHubUsername.objects.values_list("pk", flat=True)) == {"sara", "sara-2"}
