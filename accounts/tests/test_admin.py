"""Admin of accounts."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts.models import IssuedHubUsername, User

LIST = reverse("admin:accounts_user_changelist")
ADD = reverse("admin:accounts_user_add")


@pytest.fixture
def staff(client: Client, nasrin: User) -> Client:
    client.force_login(nasrin)
    return client


def found(response) -> set[str]:
    return {user.username for user in response.context["cl"].queryset}


def add(staff: Client, username: str, **more: str):
    data = {
        "username": username,
        "usable_password": "true",
        "password1": "گذرواژه-بلند-7",
        "password2": "گذرواژه-بلند-7",
    }
    return staff.post(ADD, data | more)


def change(staff: Client, user: User, **changes: str):
    page = staff.get(reverse("admin:accounts_user_change", args=[user.pk]))
    form = page.context["adminform"].form
    data = {
        name: field.value()
        for name, field in ((field.name, field) for field in form)
        if field.value() not in (None, False)
    }
    data |= {"date_joined_0": "2026-11-23", "date_joined_1": "00:00:00"}
    return staff.post(page.request["PATH_INFO"], data | changes)


def test_added_account_gets_folded_name(staff: Client) -> None:
    assert add(staff, "علي\u200cرضا۹۸").status_code == 302

    account = User.objects.get(username="علیرضا98")
    assert account.hub_username
    assert account.check_password("گذرواژه-بلند-7")


@pytest.mark.parametrize("name", ["SARA", "a/b", ""])
def test_taken_or_invalid_name_is_refused(staff: Client, sara: User, name: str) -> None:
    response = add(staff, name)

    assert response.status_code == 200
    assert response.context["adminform"].form.errors["username"]
    assert User.objects.count() == 2


def test_hub_username_is_read_only(staff: Client, sara: User) -> None:
    response = change(staff, sara, first_name=" علي\u200f", hub_username="omid", is_active="on")

    assert response.status_code == 302, response.context["adminform"].form.errors
    sara.refresh_from_db()
    assert sara.first_name == "علی"
    assert sara.hub_username == "sara"


def test_taken_address_is_refused_with_message(staff: Client, sara: User, omid: User) -> None:
    response = change(staff, omid, email="SARA@example.ir")

    assert response.status_code == 200
    errors = response.context["adminform"].form.errors["email"]
    assert errors
    assert "email_is_one_persons" not in str(errors)


@pytest.mark.parametrize(
    "term",
    ["علیرضا", "علي\u200cرضا", "SARA", "sara@EXAMPLE", "علی\u200cرضا رضایی"],
)
def test_search_ignores_joiners_and_keyboards(
    staff: Client, sara: User, omid: User, term: str
) -> None:
    sara.first_name, sara.last_name = "علی\u200cرضا", "رضایی"
    sara.save()

    assert found(staff.get(LIST, {"q": term})) == {"sara"}


@pytest.mark.parametrize(
    ("stored", "terms"),
    [
        ("گروه ۲", ["گروه ۲", "گروه 2", "گروه ٢", "۲"]),
        ("گروه 2", ["گروه ۲"]),
        ("مرضیۀ", ["مرضیه\u0654", "مرضیۀ", "مرضیه"]),
        ("مرضیه\u0654", ["مرضیۀ"]),  # stored before both were one spelling
        ("مؤمنی", ["مومنی", "مؤمنی"]),
        ("مومنی", ["مؤمنی"]),
        ("آرش", ["ارش", "ا\u0653رش"]),
        ("كيانى", ["کیانی"]),
    ],
)
def test_search_finds_each_spelling_of_a_name(
    staff: Client, sara: User, omid: User, stored: str, terms: list[str]
) -> None:
    sara.first_name = stored
    sara.save(update_fields=["first_name"])

    for term in terms:
        assert found(staff.get(LIST, {"q": term})) == {"sara"}, term


def test_search_finds_persian_user_name_without_madda(staff: Client) -> None:
    User.objects.create_user("آرش۲")

    assert found(staff.get(LIST, {"q": "ارش۲"})) == {"آرش2"}


@pytest.mark.parametrize("term", ["'", "%", "_", "\\", "ء", "x " * 500])
def test_odd_search_terms_give_no_error(staff: Client, sara: User, term: str) -> None:
    assert staff.get(LIST, {"q": term}).status_code == 200


def test_search_finds_hub_username_and_persian_digits(staff: Client) -> None:
    User.objects.create_user("9812345")

    assert found(staff.get(LIST, {"q": "u9812345"})) == {"9812345"}
    assert found(staff.get(LIST, {"q": "۹۸۱۲۳۴۵"})) == {"9812345"}


def test_deleted_account_leaves_its_hub_username(staff: Client, sara: User) -> None:
    EmailAddress.objects.create(user=sara, email="sara@example.ir", primary=True, verified=True)

    response = staff.post(reverse("admin:accounts_user_delete", args=[sara.pk]), {"post": "yes"})

    assert response.status_code == 302
    assert not User.objects.filter(pk=sara.pk).exists()
    assert IssuedHubUsername.objects.filter(pk="sara").exists()


def test_admin_is_closed_to_students(client: Client, sara: User) -> None:
    client.force_login(sara)

    assert client.get(LIST).status_code in (302, 403)
