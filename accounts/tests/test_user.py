"""An account and its name on the Hub, which is its own for ever."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import HubUsernameIsImmutableError, IssuedHubUsername, User
from accounts.services.replace_hub_username import replace_hub_username
from jupyter_integration.testing.at_once import at_once


def test_the_first_save_issues_a_hub_name_and_writes_it_into_the_book(sara: User) -> None:
    assert sara.hub_username == "sara"
    assert IssuedHubUsername.objects.get(pk="sara").issued_to == sara


def test_another_hub_name_cannot_be_saved(sara: User) -> None:
    sara.hub_username = "omid"

    with pytest.raises(HubUsernameIsImmutableError):
        sara.save()
    with pytest.raises(HubUsernameIsImmutableError):
        sara.save(update_fields=["first_name"])


@pytest.mark.parametrize("load", ["get", "defer", "only"])
def test_another_hub_name_cannot_be_saved_however_the_account_was_read(
    sara: User, load: str
) -> None:
    accounts = {
        "get": User.objects.all(),
        "defer": User.objects.defer("hub_username"),
        "only": User.objects.only("pk"),
    }
    account = accounts[load].get(pk=sara.pk)
    account.hub_username = "omid"

    with pytest.raises(HubUsernameIsImmutableError):
        account.save(update_fields=["hub_username"])
    with pytest.raises(HubUsernameIsImmutableError):
        account.save()
    sara.refresh_from_db()
    assert sara.hub_username == "sara"


def test_an_account_read_in_part_is_saved_in_part(sara: User) -> None:
    account = User.objects.only("first_name").get(pk=sara.pk)
    account.first_name = "سارا"
    account.save()

    sara.refresh_from_db()
    assert (sara.first_name, sara.username, sara.hub_username) == ("سارا", "sara", "sara")


def test_a_page_that_saves_what_it_read_before_does_not_bring_the_old_hub_name_back(
    sara: User,
) -> None:
    """A worker found the name taken on the Hub, while the page was being filled in."""
    page = User.objects.get(pk=sara.pk)
    replace_hub_username(user=sara)
    User.objects.filter(pk=sara.pk).update(hub_user_created_at="2026-11-23T00:00:00Z")

    page.first_name = "سارا"
    page.save()

    sara.refresh_from_db()
    assert sara.hub_username == "sara-2"
    assert sara.hub_user_created_at is not None
    assert sara.first_name == "سارا"


def test_the_old_hub_name_cannot_be_brought_back_by_naming_its_column(sara: User) -> None:
    page = User.objects.get(pk=sara.pk)
    replace_hub_username(user=sara)

    with pytest.raises(HubUsernameIsImmutableError):
        page.save(update_fields=["hub_username"])


def test_after_its_hub_name_was_replaced_an_account_can_be_saved_on(sara: User) -> None:
    replace_hub_username(user=sara)
    sara.first_name = "سارا"
    sara.save()

    assert User.objects.get(pk=sara.pk).hub_username == "sara-2"


def test_reading_an_account_again_does_not_make_an_assigned_hub_name_its_own(sara: User) -> None:
    sara.hub_username = "omid"
    sara.refresh_from_db(fields=["first_name"])

    with pytest.raises(HubUsernameIsImmutableError):
        sara.save()


def test_a_hub_name_is_never_issued_again_after_its_account_is_deleted(sara: User) -> None:
    sara.delete()

    second = User.objects.create_user("sara")

    assert second.hub_username == "sara-2"
    assert IssuedHubUsername.objects.get(pk="sara").issued_to is None


def test_a_hub_name_that_was_once_replaced_is_never_issued_again(sara: User) -> None:
    replace_hub_username(user=sara)
    sara.username = "sara.r"
    sara.save()

    assert User.objects.create_user("sara").hub_username == "sara-3"


def test_when_all_plain_proposals_are_taken_the_account_still_gets_a_name(db: None) -> None:
    for name in ("sara", "sara-2", "sara-3", "sara-4", "sara-5", "sara-6"):
        IssuedHubUsername.objects.create(name=name)

    hub_username = User.objects.create_user("sara").hub_username

    assert hub_username.startswith("sara-")
    assert len(hub_username) == len("sara-") + 8


def test_a_hub_name_given_by_hand_that_was_issued_before_is_refused(sara: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="someone", hub_username="sara")


@pytest.mark.parametrize("name", ["", "Sara", "s/../x", "1a", "sara\n", "ساره", "sara sara"])
def test_the_database_itself_refuses_an_illegal_hub_name(sara: User, name: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=sara.pk).update(hub_username=name)


def test_an_account_that_cannot_be_saved_takes_no_hub_name(sara: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="omid", email="SARA@example.ir")

    assert list(IssuedHubUsername.objects.values_list("pk", flat=True)) == ["sara"]


def test_an_address_is_one_persons_however_it_is_written(sara: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=User.objects.create_user("omid").pk).update(email="Sara@Example.IR")


def test_many_accounts_may_have_no_address(db: None) -> None:
    User.objects.create_user("sara")
    User.objects.create_user("omid")


def test_names_are_folded_for_accounts_that_a_command_makes(db: None) -> None:
    account = User.objects.create_superuser("ＮＡＳＲＩＮ", "Nasrin@Example.IR", "۱۲۳۴-nasrin")

    assert account.username == "nasrin"
    assert account.email == "nasrin@example.ir"
    assert account.check_password("1234-nasrin")


def test_an_account_without_a_password_has_none_that_fits(db: None) -> None:
    account = User.objects.create_user("sara")

    assert not account.has_usable_password()
    assert not account.check_password(None)
    assert not account.check_password("")


def test_a_deleted_account_is_not_brought_back_by_a_late_save(sara: User) -> None:
    page = User.objects.get(pk=sara.pk)
    sara.delete()

    with pytest.raises(DatabaseError), transaction.atomic():
        page.save()
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_accounts_made_at_once_of_like_names_all_get_different_hub_names() -> None:
    names = ["sara.r", "sara_r", "sara-r", "sara..r", "sara--r", "sara__r", "sara._r", "sara-_r"]

    accounts = at_once(User.objects.create_user, names)

    assert len({account.hub_username for account in accounts}) == len(names)
    assert IssuedHubUsername.objects.count() == len(names)


@pytest.mark.django_db(transaction=True)
def test_a_name_replaced_by_two_workers_at_once_is_replaced_once() -> None:
    sara = User.objects.create_user("sara")

    names = at_once(
        lambda _worker: replace_hub_username(user=User(pk=sara.pk, hub_username="sara")), range(2)
    )

    assert names == ["sara-2", "sara-2"]
    assert set(IssuedHubUsername.objects.values_list("pk", flat=True)) == {"sara", "sara-2"}
