"""Host names of Labs that the edge may request a certificate for."""

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db

PATH = "/edge/certificate"


def status(client: Client, domain: str) -> int:
    return client.get(PATH, {"domain": domain}).status_code


@pytest.fixture(autouse=True)
def hub_with_name(settings) -> None:
    settings.HUB_URL = "https://hub.example.ir"


def test_lab_of_a_person_is_known(client: Client, sara: User) -> None:
    assert status(client, f"{sara.hub_username}.hub.example.ir") == 200
    assert status(client, f"{sara.hub_username.upper()}.HUB.example.ir") == 200


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "hub.example.ir",
        "nobody.hub.example.ir",
        "{}.example.ir",
        "x.{}.hub.example.ir",
        "SARA\n.hub.example.ir",
    ],
)
def test_invented_name_is_unknown(client: Client, sara: User, domain: str) -> None:
    assert status(client, domain.format(sara.hub_username)) == 404


def test_lab_of_an_inactive_person_is_unknown(client: Client, sara: User) -> None:
    User.objects.filter(pk=sara.pk).update(is_active=False)

    assert status(client, f"{sara.hub_username}.hub.example.ir") == 404
