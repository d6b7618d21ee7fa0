"""Encryption of second factors' secrets, and the rotation of its key."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.second_factor.encryption import UnknownEncryptionKeyError, decrypt, encrypt
from accounts.tests.second_factor.app import (
    App,
    app_of,
    enter_code,
    is_signed_in,
    reauthenticate,
    recovery_codes_of,
    sign_in,
)

NEW_KEY = "a-new-key-" + "y" * 50


@pytest.fixture
def app(sara: User) -> App:
    RecoveryCodes.activate(sara)
    return app_of(sara)


def test_same_text_is_stored_differently_each_time() -> None:
    assert encrypt("secret") != encrypt("secret")
    assert decrypt(encrypt("secret")) == "secret"


def test_another_key_reads_nothing(settings) -> None:
    stored = encrypt("secret")
    settings.SECRET_KEY = NEW_KEY

    with pytest.raises(UnknownEncryptionKeyError):
        decrypt(stored)


def test_codes_work_while_key_is_rotated(
    client: Client, sara: User, app: App, settings, capsys
) -> None:
    codes = recovery_codes_of(sara)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = NEW_KEY
    sign_in(client)
    enter_code(client, app.code())
    assert is_signed_in(client)

    call_command("reencrypt_second_factors")
    settings.SECRET_KEY_FALLBACKS = []

    assert recovery_codes_of(sara) == codes
    assert "2 are encrypted" in capsys.readouterr().out


def test_rotation_names_factors_of_unknown_key(sara: User, app: App, settings) -> None:
    settings.SECRET_KEY = NEW_KEY

    with pytest.raises(CommandError, match="2 have another key"):
        call_command("reencrypt_second_factors")


def test_unknown_key_refuses_code_without_error_page(
    client: Client, sara: User, app: App, settings
) -> None:
    """A restored database with another SECRET_KEY: staff then remove the factors."""
    settings.SECRET_KEY = NEW_KEY
    sign_in(client)

    response = enter_code(client, app.code())

    assert response.status_code == 200
    assert not is_signed_in(client)
    assert Authenticator.objects.filter(user=sara).count() == 2


def test_unreadable_recovery_codes_can_be_replaced(
    client: Client, sara: User, app: App, settings
) -> None:
    settings.SECRET_KEY = NEW_KEY
    client.force_login(sara)
    reauthenticate(client)

    assert client.get(reverse("mfa_index")).status_code == 200
    page = client.get(reverse("mfa_view_recovery_codes"), follow=True)
    assert page.request["PATH_INFO"] == reverse("mfa_generate_recovery_codes")
    client.post(reverse("mfa_generate_recovery_codes"))

    assert len(recovery_codes_of(sara)) == 10
