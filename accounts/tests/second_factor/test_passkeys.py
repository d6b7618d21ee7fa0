"""Passkeys: which responses of browsers, and of programs, are refused."""

import json
from dataclasses import replace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.second_factor.app import (
    app_of,
    enter_code,
    is_signed_in,
    reauthenticate,
    sign_in,
)
from accounts.tests.second_factor.device import Device
from portal.passkey_settings import passkeys_work

ADD = reverse("mfa_add_webauthn")
AUTHENTICATE = reverse("mfa_authenticate")
SIGN_IN = reverse("mfa_login_webauthn")


def add(client: Client, device: Device) -> Any:
    options = client.get(ADD).context["js_data"]["creation_options"]
    return client.post(ADD, {"name": "", "credential": json.dumps(device.register(options))})


@pytest.fixture
def owner(sara: User) -> Client:
    """Sara's browser, in which she has just entered her password."""
    EmailAddress.objects.create(user=sara, email=sara.email, primary=True, verified=True)
    client = Client()
    sign_in(client)
    reauthenticate(client)
    return client


@pytest.fixture
def device(owner: Client) -> Device:
    """Sara's device, with a passkey."""
    device = Device(settings.PORTAL_URL)
    assert add(owner, device).status_code == 302
    return device


@pytest.fixture
def handle(sara: User) -> bytes:
    return user_pk_to_url_str(sara).encode()


def show(client: Client, device: Device, handle: bytes) -> None:
    """Sign in by the passkey alone."""
    options = client.get(SIGN_IN, headers={"accept": "application/json"}).json()
    signed = device.sign(options["request_options"], handle=handle)
    client.post(SIGN_IN, {"credential": json.dumps(signed)})


def second_step(client: Client, device: Device) -> Any:
    options = client.get(AUTHENTICATE).context["js_data"]["request_options"]
    return client.post(AUTHENTICATE, {"credential": json.dumps(device.sign(options))})


def test_passkey_alone_signs_in(client: Client, device: Device, handle: bytes) -> None:
    show(client, device, handle)

    assert is_signed_in(client)


def test_touch_is_enough_as_second_step(client: Client, device: Device) -> None:
    sign_in(client)

    second_step(client, replace(device, verifies=False))

    assert is_signed_in(client)


@pytest.mark.parametrize(
    "origin",
    [
        "http://hub.localhost:8000",
        "http://mallory.hub.localhost:8000",
        "http://localhost:8000",
        "https://localhost:8080",
        "https://evil.example",
    ],
)
def test_response_of_another_page_is_refused(
    client: Client, device: Device, handle: bytes, origin: str
) -> None:
    """WebAuthn lets a page of a subdomain use the passkeys of the domain above it."""
    hostile = replace(device, origin=origin)

    show(client, hostile, handle)
    assert not is_signed_in(client)
    sign_in(client)
    page = second_step(client, hostile)

    assert page.context["webauthn_form"].errors["credential"]
    assert not is_signed_in(client)


def test_passkey_made_on_another_page_is_not_added(owner: Client) -> None:
    response = add(owner, Device("http://mallory.hub.localhost:8000"))

    assert response.context["form"].errors
    assert not Authenticator.objects.exists()


def test_stolen_key_without_verification_signs_nobody_in(
    client: Client, device: Device, handle: bytes, omid: User
) -> None:
    """Not by the challenge of the second step either, for which a touch is enough."""
    stolen = replace(device, verifies=False)
    show(client, stolen, handle)
    assert not is_signed_in(client)

    app_of(omid)  # the thief's own account
    sign_in(client, "omid", "omid-s-password")
    options = client.get(AUTHENTICATE).context["js_data"]["request_options"]
    client.post(AUTHENTICATE, {"cancel": ""})
    signed = stolen.sign(options, handle=handle)
    client.post(SIGN_IN, {"credential": json.dumps(signed)})

    assert not is_signed_in(client)


def test_response_signs_in_only_once(client: Client, device: Device, handle: bytes) -> None:
    options = client.get(SIGN_IN, headers={"accept": "application/json"}).json()
    credential = json.dumps(device.sign(options["request_options"], handle=handle))
    client.post(SIGN_IN, {"credential": credential})
    thief = Client()
    thief.get(SIGN_IN, headers={"accept": "application/json"})

    thief.post(SIGN_IN, {"credential": credential})

    assert is_signed_in(client)
    assert not is_signed_in(thief)


def test_passkey_opens_no_other_account(client: Client, device: Device, omid: User) -> None:
    show(client, device, str(omid.pk).encode())

    assert not is_signed_in(client)


def test_inactive_account_is_refused(
    client: Client, device: Device, sara: User, handle: bytes
) -> None:
    User.objects.filter(pk=sara.pk).update(is_active=False)

    show(client, device, handle)

    assert not is_signed_in(client)


def test_deep_link_survives_failed_passkey(client: Client, device: Device) -> None:
    response = client.post(SIGN_IN, {"credential": "{}", "next": "/help/"})

    assert response.url == f"{reverse('account_login')}?next=%2Fhelp%2F"


MALFORMED = [
    "",
    "x",
    "null",
    "[]",
    "5",
    '"text"',
    "{}",
    '{"id": 1, "rawId": 2, "type": "public-key", "response": 5}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "W10",'
    ' "authenticatorData": "YQ", "signature": "YQ", "attestationObject": "oA"}}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "authenticatorData": "' + "A" * 100 + '", "signature": "", "attestationObject": "W10"}}',
    "[" * 20_000,
]


@pytest.mark.parametrize("credential", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_response_is_refused(
    client: Client, owner: Client, device: Device, credential: str
) -> None:
    sign_in(client)
    for browser, address in (
        (Client(), SIGN_IN),
        (client, AUTHENTICATE),
        (owner, ADD),
        (owner, reverse("mfa_reauthenticate_webauthn")),
    ):
        assert browser.post(address, {"credential": credential}).status_code < 500, address

    assert not is_signed_in(client)
    assert Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).count() == 1


@pytest.mark.parametrize("handle", [b"", b"\xff", b"x", b"9" * 100, b"-1", b"0"])
def test_unknown_owner_is_refused(client: Client, device: Device, handle: bytes) -> None:
    show(client, device, handle)

    assert not is_signed_in(client)


def test_other_persons_passkey_cannot_be_changed(
    client: Client, device: Device, omid: User
) -> None:
    number = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk
    sign_in(client, "omid", "omid-s-password")
    reauthenticate(client, "omid-s-password")

    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        address = reverse(name, args=[number])
        assert client.post(address, {"name": "mine"}).status_code == 404

    assert Authenticator.objects.filter(pk=number).exists()


def test_name_of_passkey_is_escaped_and_changed(owner: Client, device: Device) -> None:
    number = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).pk
    owner.post(reverse("mfa_edit_webauthn", args=[number]), {"name": "<b>گوشی</b>"})

    page = owner.get(reverse("mfa_index")).content.decode()

    assert "&lt;b&gt;گوشی&lt;/b&gt;" in page


def test_code_still_works_beside_passkey(client: Client, sara: User, device: Device) -> None:
    app = app_of(sara)
    sign_in(client)

    enter_code(client, app.code())

    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("address", "works"),
    [
        ("https://portal.example.ir", True),
        ("https://portal.example.ir:8443", True),
        ("http://localhost:8080", True),
        ("http://portal.localhost", True),
        ("http://portal.example.ir", False),
        ("https://192.0.2.7", False),
        ("https://[2001:db8::7]", False),
        ("http://127.0.0.1:8080", False),
    ],
)
def test_passkeys_need_name_and_tls(address: str, works: bool) -> None:
    assert passkeys_work(address) is works


def test_no_passkey_is_offered_where_none_works(client: Client, sara: User, settings) -> None:
    """As at an IP address."""
    settings.MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
    app = app_of(sara)
    pages = [client.get(reverse("account_login"))]
    sign_in(client)
    pages.append(client.get(AUTHENTICATE))
    enter_code(client, app.code())
    pages.append(client.get(reverse("mfa_index")))

    assert [page.status_code for page in pages] == [200, 200, 200]
    for page in pages:
        assert "گذرکلیدها" not in page.content.decode()
        assert "passkey" not in page.content.decode()
