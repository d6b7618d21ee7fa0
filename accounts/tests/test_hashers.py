"""Password hashes: the parameters of ADR 8, and the renewal of other hashes."""

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password
from django.test import Client

from accounts.models import User
from portal import settings as real_settings

PASSWORD = "Parvaneh-dar-bad-81"


@pytest.fixture(autouse=True)
def hashers_of_a_real_portal(settings) -> None:
    settings.PASSWORD_HASHERS = real_settings.PASSWORD_HASHERS


def test_password_is_hashed_with_parameters_of_adr() -> None:
    hashed = make_password(PASSWORD)

    assert hashed.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password(PASSWORD, hashed)


@pytest.mark.django_db
def test_sign_in_renews_imported_hash(client: Client) -> None:
    sara = User.objects.create(username="sara", email="sara@example.ir")
    User.objects.filter(pk=sara.pk).update(
        password=PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1000)
    )

    client.post("/accounts/login/", {"login": "sara", "password": PASSWORD})

    sara.refresh_from_db()
    assert sara.password.startswith("argon2$")
