"""Rights of staff: a permission to change accounts never leads to more rights."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import ForeignKey
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User

LIST = reverse("admin:accounts_user_changelist")
RIGHTS = {"is_staff": "on", "is_superuser": "on"}

PRIVILEGES: dict[str, Callable[[User], object]] = {
    "superuser": lambda user: User.objects.filter(pk=user.pk).update(is_superuser=True),
    "staff": lambda user: User.objects.filter(pk=user.pk).update(is_staff=True),
    "group": lambda user: user.groups.add(Group.objects.create(name="operators")),
    "permission": lambda user: user.user_permissions.add(Permission.objects.all()[0]),
}


@pytest.fixture
def mallory(db: None) -> User:
    """A member of staff with every permission, who is no superuser."""
    user = User.objects.create_user("mallory", "mallory@example.ir", "mallory-s-password")
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.all())
    return user


@pytest.fixture
def support(client: Client, mallory: User) -> Client:
    client.force_login(mallory)
    return client


@pytest.fixture(params=PRIVILEGES)
def powerful(request: pytest.FixtureRequest, omid: User) -> User:
    """An account with rights of one kind."""
    PRIVILEGES[request.param](omid)
    omid.refresh_from_db()
    return omid


def page(name: str, user: User) -> str:
    return reverse(f"admin:{name}", args=[user.pk])


def form_of(user: User, **changes: str) -> dict[str, str]:
    return {
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "language": user.language,
        "is_active": "on",
        "date_joined_0": "2026-11-23",
        "date_joined_1": "00:00:00",
    } | changes


def test_staff_cannot_give_rights(support: Client, sara: User) -> None:
    group = Group.objects.create(name="operators")
    permission = Permission.objects.all()[0]
    more = {"groups": str(group.pk), "user_permissions": str(permission.pk)}

    response = support.post(page("accounts_user_change", sara), form_of(sara, **RIGHTS, **more))

    assert response.status_code == 302, response.context["adminform"].form.errors
    sara.refresh_from_db()
    assert not (sara.is_staff or sara.is_superuser)
    assert not (sara.groups.exists() or sara.user_permissions.exists())


def test_staff_change_ordinary_accounts(support: Client, sara: User) -> None:
    support.post(page("accounts_user_change", sara), form_of(sara, last_name="رضایی"))

    sara.refresh_from_db()
    assert sara.last_name == "رضایی"


def test_staff_cannot_make_themselves_superuser(support: Client, mallory: User) -> None:
    response = support.post(
        page("accounts_user_change", mallory), form_of(mallory, **RIGHTS), follow=True
    )

    mallory.refresh_from_db()
    assert not mallory.is_superuser
    assert "is_superuser" not in response.content.decode()


@pytest.mark.parametrize(
    "name", ["accounts_user_change", "accounts_user_delete", "accounts_user_history"]
)
def test_page_of_powerful_account_is_closed(support: Client, powerful: User, name: str) -> None:
    address = page(name, powerful)

    for response in (
        support.get(address),
        support.post(address, form_of(powerful, username="taken-over", post="yes")),
    ):
        assert response.status_code in (302, 403, 404)
    powerful.refresh_from_db()
    assert powerful.username == "omid"


def test_password_of_powerful_account_is_closed(support: Client, powerful: User) -> None:
    passwords = {"password1": "تازه-گذرواژه-9", "password2": "تازه-گذرواژه-9"}
    response = support.post(page("auth_user_password_change", powerful), passwords)

    assert response.status_code in (403, 404)
    powerful.refresh_from_db()
    assert powerful.check_password("omid-s-password")


def test_list_and_search_leave_out_powerful_accounts(
    support: Client, powerful: User, sara: User
) -> None:
    for query in ({}, {"q": "omid"}, {"is_superuser__exact": "1"}):
        rows = support.get(LIST, query).context
        assert rows is None or "omid" not in {user.username for user in rows["cl"].queryset}
    assert {user.username for user in support.get(LIST).context["cl"].queryset} == {"sara"}


def test_bulk_deletion_spares_powerful_accounts(support: Client, powerful: User) -> None:
    support.post(
        LIST,
        {"action": "delete_selected", "_selected_action": [powerful.pk], "post": "yes"},
    )

    assert User.objects.filter(pk=powerful.pk).exists()


def test_address_cannot_be_added_to_powerful_account(support: Client, powerful: User) -> None:
    response = support.post(
        reverse("admin:account_emailaddress_add"),
        {"user": powerful.pk, "email": "evil@example.org", "verified": "on"},
    )

    assert response.status_code == 200
    assert not EmailAddress.objects.exists()


def test_address_of_powerful_account_is_closed(support: Client, powerful: User) -> None:
    address = EmailAddress.objects.create(user=powerful, email="omid@example.ir", primary=True)
    change = reverse("admin:account_emailaddress_change", args=[address.pk])
    delete = reverse("admin:account_emailaddress_delete", args=[address.pk])
    listed = reverse("admin:account_emailaddress_changelist")
    chosen = {"_selected_action": [address.pk], "post": "yes"}

    support.post(change, {"user": powerful.pk, "email": "evil@example.org", "verified": "on"})
    support.post(delete, {"post": "yes"})
    for action in ("make_verified", "delete_selected"):
        support.post(listed, {"action": action} | chosen)

    address.refresh_from_db()
    assert (address.email, address.verified) == ("omid@example.ir", False)


def test_address_of_ordinary_account_is_added(support: Client, sara: User) -> None:
    support.post(
        reverse("admin:account_emailaddress_add"),
        {"user": sara.pk, "email": "sara2@example.ir", "verified": "on"},
    )

    assert EmailAddress.objects.get(email="sara2@example.ir").user == sara


def test_address_cannot_be_moved_to_powerful_account(
    support: Client, powerful: User, sara: User
) -> None:
    address = EmailAddress.objects.create(user=sara, email="sara2@example.ir", verified=True)
    support.post(
        reverse("admin:account_emailaddress_change", args=[address.pk]),
        {"user": powerful.pk, "email": "sara2@example.ir", "verified": "on"},
    )

    address.refresh_from_db()
    assert address.user == sara


def test_viewer_confirms_no_address(client: Client, mallory: User, sara: User) -> None:
    mallory.user_permissions.set(Permission.objects.filter(codename="view_emailaddress"))
    client.force_login(mallory)
    address = EmailAddress.objects.create(user=sara, email="sara@example.ir")

    client.post(
        reverse("admin:account_emailaddress_changelist"),
        {"action": "make_verified", "_selected_action": [address.pk]},
    )

    address.refresh_from_db()
    assert not address.verified


def test_groups_are_for_superusers(support: Client, mallory: User) -> None:
    group = Group.objects.create(name="operators")
    for name, arguments in (("changelist", []), ("add", []), ("change", [group.pk])):
        address = reverse(f"admin:auth_group_{name}", args=arguments)
        assert support.get(address).status_code == 403
        assert support.post(address, {"name": "evil"}).status_code == 403


def test_superuser_gives_rights(client: Client, nasrin: User, sara: User) -> None:
    client.force_login(nasrin)
    group = Group.objects.create(name="operators")
    client.post(
        page("accounts_user_change", sara),
        form_of(sara, is_staff="on", groups=str(group.pk)),
    )

    sara.refresh_from_db()
    assert sara.is_staff
    assert list(sara.groups.all()) == [group]
    assert client.get(page("accounts_user_change", nasrin)).status_code == 200


def test_no_admin_changes_keys_of_superusers(
    mallory: User, nasrin: User, rf: RequestFactory
) -> None:
    """Whichever application adds rows that belong to an account."""
    request = rf.get("/admin/")
    request.user = mallory
    editable = []
    for model, model_admin in admin.site._registry.items():
        accounts = [
            field.name
            for field in model._meta.fields
            if isinstance(field, ForeignKey) and field.related_model is User
        ]
        if not accounts or not model_admin.has_change_permission(request):
            continue
        form = model_admin.get_form(request)
        editable += [
            f"{model._meta.label}.{name}"
            for name in accounts
            if name in form.base_fields and nasrin in form.base_fields[name].queryset  # type: ignore[attr-defined]
        ]

    assert editable == []
