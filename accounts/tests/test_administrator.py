"""The first administrator, and the command that makes a new copy ready."""

import json
from io import StringIO
from pathlib import Path

import pytest
from allauth.idp.oidc.models import Client as OidcClient
from django.core.mail import EmailMessage
from django.core.management import call_command

from accounts.models import User
from accounts.services.ensure_administrator import ensure_administrator
from portal.mail.trial_backend import LogAndFileEmailBackend


def test_the_first_administrator_gets_a_password_that_works_and_nobody_can_guess(
    db: None,
) -> None:
    made = ensure_administrator()

    assert made is not None
    administrator = User.objects.get(username=made.username)
    assert administrator.is_superuser
    assert administrator.is_staff
    assert administrator.check_password(made.password)
    assert len(made.password) >= 16


def test_there_is_one_first_administrator(db: None) -> None:
    ensure_administrator()

    assert ensure_administrator() is None
    assert User.objects.count() == 1


def test_when_all_administrators_are_inactive_there_is_a_new_one(nasrin: User) -> None:
    nasrin.is_active = False
    nasrin.save()

    assert ensure_administrator() is not None


def test_the_name_of_a_former_administrator_is_not_in_the_way(db: None) -> None:
    User.objects.create_user("admin")

    made = ensure_administrator()

    assert made is not None
    assert made.username == "admin-2"
    assert not User.objects.get(username="admin").is_superuser


@pytest.mark.django_db(transaction=True)
def test_prepare_makes_all_ready_and_prints_the_password_once() -> None:
    def prepare() -> dict[str, str]:
        output = StringIO()
        call_command("prepare", stdout=output)
        return json.loads(output.getvalue().splitlines()[-1])

    first = prepare()
    assert User.objects.get(username=first["username"]).check_password(first["password"])
    assert OidcClient.objects.filter(pk="jupyterhub").exists()

    assert prepare() == {}
    assert OidcClient.objects.count() == 1


def test_in_trial_mode_mail_is_printed_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backend = LogAndFileEmailBackend(file_path=tmp_path / "mail")

    backend.send_messages([EmailMessage("موضوع", "متن نامه", "a@example.ir", ["b@example.ir"])])

    [kept] = (tmp_path / "mail").iterdir()
    for text in (kept.read_text(), capsys.readouterr().err):
        assert "b@example.ir" in text
        assert "متن نامه" in text
