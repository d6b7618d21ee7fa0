"""Support group: staff who help people, without more rights than that takes."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services.ensure_support_group import SUPPORT_GROUP, ensure_support_group
from accounts.tests.test_staff_rights import LIST, form_of, page


@pytest.fixture
def nima(db: None) -> User:
    """A member of the support group."""
    ensure_support_group()
    user = User.objects.create_user("nima", "nima@example.ir", "nima-s-password")
    user.is_staff = True
    user.save()
    user.groups.add(Group.objects.get(name=SUPPORT_GROUP))
    return user


def test_group_has_exactly_what_support_needs(nima: User) -> None:
    assert nima.get_all_permissions() == {
        "accounts.view_user",
        "accounts.change_user",
        "account.view_emailaddress",
        "account.add_emailaddress",
        "account.change_emailaddress",
        "account.delete_emailaddress",
        "jupyter_integration.view_spawnrequest",
        "jupyter_integration.change_spawnrequest",
        "jupyter_integration.view_stoprequest",
        "jupyter_integration.view_helprequest",
        "jupyter_integration.change_helprequest",
        "jupyter_integration.view_savedanswer",
        "jupyter_integration.add_savedanswer",
        "jupyter_integration.change_savedanswer",
        "jupyter_integration.delete_savedanswer",
        "jupyter_integration.view_hubevent",
        "jupyter_integration.view_hubrevocation",
    }


@pytest.mark.parametrize(
    "address",
    [
        LIST,
        reverse("admin:account_emailaddress_changelist"),
        reverse("admin:jupyter_integration_spawnrequest_changelist"),
        reverse("admin:jupyter_integration_helprequest_changelist"),
        reverse("system_state"),
    ],
)
def test_support_reads_what_it_needs(client: Client, nima: User, address: str) -> None:
    client.force_login(nima)

    assert client.get(address).status_code == 200


def test_support_deactivates_an_account(client: Client, nima: User, sara: User) -> None:
    client.force_login(nima)
    client.post(page("accounts_user_change", sara), form_of(sara, is_active=""))

    sara.refresh_from_db()
    assert not sara.is_active


def test_prepare_creates_group_once(db: None) -> None:
    call_command("prepare", stdout=StringIO())
    Group.objects.get(name=SUPPORT_GROUP).permissions.clear()
    call_command("prepare", stdout=StringIO())

    assert not Group.objects.get(name=SUPPORT_GROUP).permissions.exists()
