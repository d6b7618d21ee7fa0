"""First administrator, and the command that prepares a new copy."""

import json
from io import StringIO

import pytest
from allauth.idp.oidc.models import Client as OidcClient
from django.core.management import call_command

from accounts.models import User
from accounts.services.ensure_administrator import ensure_administrator


def test_first_administrator_gets_random_password(db: None) -> None:
    made = ensure_administrator()

    assert made is not None
    administrator = User.objects.get(username=made.username)
    assert administrator.is_superuser
    assert administrator.is_staff
    assert administrator.check_password(made.password)
    assert len(made.password) >= 16


def test_second_call_creates_no_administrator(db: None) -> None:
    ensure_administrator()

    assert ensure_administrator() is None
    assert User.objects.count() == 1


def test_inactive_administrators_are_replaced(nasrin: User) -> None:
    nasrin.is_active = False
    nasrin.save()

    assert ensure_administrator() is not None


def test_taken_name_gets_a_number(db: None) -> None:
    User.objects.create_user("admin")

    made = ensure_administrator()

    assert made is not None
    assert made.username == "admin-2"
    assert not User.objects.get(username="admin").is_superuser


@pytest.mark.django_db(transaction=True)
def test_prepare_prints_first_password_once() -> None:
    def prepare() -> dict[str, str]:
        output = StringIO()
        call_command("prepare", stdout=output)
        return json.loads(output.getvalue().splitlines()[-1])

    first = prepare()
    assert User.objects.get(username=first["username"]).check_password(first["password"])
    assert OidcClient.objects.filter(pk="jupyterhub").exists()

    assert prepare() == {}
    assert OidcClient.objects.count() == 1
