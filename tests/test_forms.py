"""Forms of people's pages: hints for keyboards and password managers, no browser's bubble."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.webauthn.internal.auth import WebAuthn
from bs4 import BeautifulSoup, Tag
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.mails import ask_for_reset
from accounts.tests.second_factor.app import app_of, reauthenticate
from accounts.tests.second_factor.device import Device
from jupyter_integration.models import HelpRequest

HINTS = ("autocomplete", "inputmode", "autocapitalize", "spellcheck", "dir")
_USER_NAME = ("username", None, "none", "false", "auto")
_OLD_PASSWORD = ("current-password", None, "none", "false", "ltr")
_NEW_PASSWORD = ("new-password", None, "none", "false", "ltr")
_CHOICE = (None, None, None, None, None)
_OWN_WORDS = (None, None, None, None, "auto")
FIELDS = {
    "login": _USER_NAME,
    "username": _USER_NAME,
    "email": ("email", "email", "none", "false", "ltr"),
    "password": _OLD_PASSWORD,
    "oldpassword": _OLD_PASSWORD,
    "password1": _NEW_PASSWORD,
    "password2": _NEW_PASSWORD,
    "code": ("one-time-code", "numeric", None, None, "ltr"),
    "first_name": ("given-name", None, None, None, "auto"),
    "last_name": ("family-name", None, None, None, "auto"),
    "name": _OWN_WORDS,
    "words": _OWN_WORDS,
    "text": _OWN_WORDS,
    "language": _CHOICE,
    "remember": _CHOICE,
    "passwordless": _CHOICE,
    "understood": _CHOICE,
}
# Types for which browsers have rules, and keyboards, of their own.
JUDGED_BY_BROWSER = {"email", "url", "number", "tel", "date"}

pytestmark = pytest.mark.django_db


def visible_fields(form: Tag) -> Iterator[Tag]:
    for field in form.select("input, select, textarea"):
        if field.get("type") not in ("hidden", "submit") and not field.has_attr("hidden"):
            yield field


def person(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def pages(sara: User, omid: User, workers: Any) -> list[Any]:
    """Responses of every page with a form, to a visitor and to people with and without factors."""
    [reset] = ask_for_reset(Client(), workers)
    visitor = [(Client(), reverse(f"account_{name}")) for name in ("login", "signup")]
    visitor += [(Client(), reverse("account_reset_password")), (Client(), reset)]

    beginner = person(omid)
    reauthenticate(beginner, "omid-s-password")
    own = [(beginner, reverse(name)) for name in OWN_PAGES]
    beginner.post(reverse("help"), {"words": "سلام"})
    own.append((beginner, reverse("help_request", args=[HelpRequest.objects.get().pk])))

    without_password = User.objects.create_user("ali", "ali@example.ir")
    own.append((person(without_password), reverse("account_set_password")))

    app_of(sara)
    response = Device(settings.PORTAL_URL).register({"publicKey": {"challenge": "YQ"}})
    passkey = WebAuthn.add(sara, "گذرکلید", response).instance
    halfway = Client()
    halfway.post(reverse("account_login"), {"login": "sara", "password": "sara-s-password"})
    member = person(sara)
    own += [(halfway, reverse("mfa_authenticate"))]
    own += [(member, reverse(f"mfa_reauthenticate{kind}")) for kind in ("", "_webauthn")]
    reauthenticate(member)
    own += [(member, reverse("mfa_deactivate_totp"))]
    own += [(member, reverse("mfa_generate_recovery_codes"))]
    own += [(member, reverse("mfa_edit_webauthn", args=[passkey.pk]))]
    return [client.get(address, follow=True) for client, address in visitor + own]


OWN_PAGES = [
    "account_reauthenticate",
    "account_change_password",
    "account_email",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "profile",
    "help",
    "delete_account",
]


def test_every_field_has_its_hints(pages: list[Any]) -> None:
    found: dict[str, set[Any]] = {}
    for response in pages:
        page = BeautifulSoup(response.content, "html.parser")
        for form in page.select("main form"):
            fields = list(visible_fields(form))
            assert not fields or form.has_attr("novalidate"), response.request["PATH_INFO"]
            for field in fields:
                assert field.get("type") not in JUDGED_BY_BROWSER
                hints = tuple(field.get(name) for name in HINTS)
                found.setdefault(str(field["name"]), set()).add(hints)

    assert found == {name: {hints} for name, hints in FIELDS.items()}


def test_every_template_with_fields_is_among_the_pages(pages: list[Any]) -> None:
    """Otherwise a new form would be compared with nothing."""
    folder = settings.BASE_DIR / "templates"
    with_fields = {
        str(file.relative_to(folder))
        for file in folder.rglob("*.html")
        if "{% form_field" in file.read_text(encoding="utf-8")
    }
    rendered = {template.name for response in pages for template in response.templates}

    # The second is of allauth's own pages, which we have replaced.
    assert with_fields - rendered <= {"allauth/elements/fields.html"}


def test_required_fields_have_the_portals_sentence(pages: list[Any]) -> None:
    for response in pages:
        page = BeautifulSoup(response.content, "html.parser")
        for field in page.select("main form [required]"):
            assert field["data-error-required"] == "این بخش را پر کنید."
            assert page.find(id=f"{field['id']}_error") is not None


def test_error_summary_names_several_fields_only(client: Client) -> None:
    def summary(form: dict[str, str]) -> Tag:
        page = client.post(reverse("account_login"), form)
        found = BeautifulSoup(page.content, "html.parser").select_one("[data-error-summary]")
        assert found is not None
        return found

    both = summary({})
    assert not both.has_attr("hidden")
    assert [link["href"] for link in both.select("a")] == ["#id_login", "#id_password"]
    assert summary({"login": "sara"}).has_attr("hidden")
