"""Audit log: who signed in from where, and who changed which key or right."""

import logging
from collections.abc import Callable, Iterator

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.audit_log import Event, record
from accounts.models import User
from accounts.tests.second_factor.app import (
    App,
    app_of,
    enter_code,
    reauthenticate,
    shown_secret,
)
from portal.logs import UtcFormatter

LOGIN = reverse("account_login")

Lines = Callable[[], list[dict[str, str]]]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Lines]:
    """The fields of each line so far, without the values' quotes."""
    caplog.set_level(logging.INFO, "accounts.audit")

    def read() -> list[dict[str, str]]:
        messages = [r.getMessage() for r in caplog.records if r.name == "accounts.audit"]
        return [dict(field.split("=", 1) for field in text.split(" ")) for text in messages]

    return read


def sign_in(login: str, password: str, **headers: str) -> Client:
    client = Client(headers=headers)
    client.post(LOGIN, {"login": login, "password": password})
    return client


def test_sign_in_names_account_and_address(sara: User, lines: Lines) -> None:
    sign_in("sara", "sara-s-password")

    [line] = lines()
    assert line == {
        "event": "signed_in",
        "outcome": "done",
        "account": str(sara.pk),
        "name": "sara",
        "ip": "127.0.0.1",
        "method": "password",
    }


def test_wrong_password_names_account_and_address(sara: User, lines: Lines) -> None:
    sign_in("sara@example.ir", "guessed-password")

    [line] = lines()
    assert (line["event"], line["outcome"], line["reason"]) == (
        "sign_in_failed",
        "refused",
        "password",
    )
    assert (line["account"], line["ip"]) == (str(sara.pk), "127.0.0.1")
    assert "guessed-password" not in str(line)


def test_unknown_name_is_logged_as_hash(sara: User, lines: Lines) -> None:
    """Somebody types the password into the field of the name."""
    for _time in range(2):
        sign_in("my-secret-password-7", "x")
    sign_in("another-name", "x")

    first, second, third = lines()
    assert "secret" not in str(first)
    assert (first["account"], first["reason"]) == ("-", "unknown")
    assert first["typed"] == second["typed"] != third["typed"]


def test_logged_address_obeys_trusted_proxies(sara: User, lines: Lines, settings) -> None:
    forwarded = {"x-forwarded-for": "198.51.100.9, 192.0.2.7"}
    sign_in("sara", "sara-s-password", **forwarded)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    sign_in("sara", "sara-s-password", **forwarded)

    assert [line["ip"] for line in lines()] == ["127.0.0.1", "192.0.2.7"]


def test_sign_out_is_logged(sara: User, lines: Lines) -> None:
    sign_in("sara", "sara-s-password").post(reverse("account_logout"))

    assert [line["event"] for line in lines()] == ["signed_in", "signed_out"]


def test_second_password_of_a_session_is_logged(sara: User, lines: Lines) -> None:
    client = sign_in("sara", "sara-s-password")
    for password in ("guessed-password", "sara-s-password"):
        client.post(reverse("account_reauthenticate"), {"password": password})

    assert [(line["event"], line["account"]) for line in lines()[1:]] == [
        ("reauthentication_failed", str(sara.pk)),
        ("reauthenticated", str(sara.pk)),
    ]


def test_sign_up_is_logged(db: None, lines: Lines) -> None:
    Client().post(
        reverse("account_signup"),
        {"username": "omid", "email": "omid@example.ir", "password1": "نخستین-گذرواژه-7"},
    )

    assert "signed_up" in [line["event"] for line in lines()]
    assert "created" not in [line["event"] for line in lines()]


def test_password_reset_is_logged(sara: User, lines: Lines, workers) -> None:
    with workers.committing():
        Client().post(reverse("account_reset_password"), {"email": "sara@example.ir"})
    workers.work_off()
    [word] = [word for word in mail.outbox[0].body.split() if "/reset/key/" in word]
    path = word[word.index("/accounts/") :]
    client = Client()
    page = client.get(path, follow=True)
    client.post(
        page.request["PATH_INFO"], {"password1": "تازه-گذرواژه-9", "password2": "تازه-گذرواژه-9"}
    )

    events = [line["event"] for line in lines()]
    assert events.index("password_reset_requested") < events.index("password_reset")
    key = path.rstrip("/").rsplit("-", 1)[-1]
    assert key not in str(lines())


def test_own_password_change_is_one_line(sara: User, lines: Lines, workers) -> None:
    client = sign_in("sara", "sara-s-password")
    with workers.committing():
        client.post(
            reverse("account_change_password"),
            {
                "oldpassword": "sara-s-password",
                "password1": "تازه-گذرواژه-9",
                "password2": "تازه-گذرواژه-9",
            },
        )

    of_passwords = [line["event"] for line in lines() if "password" in line["event"]]
    assert of_passwords == ["password_changed"]


def test_second_factor_is_logged(sara: User, lines: Lines) -> None:
    app = app_of(sara)
    client = sign_in("sara", "sara-s-password")
    enter_code(client, app.wrong_code())
    code = app.code()
    enter_code(client, code)

    assert [(line["event"], line["account"]) for line in lines()] == [
        ("factor_failed", str(sara.pk)),
        ("factor_used", str(sara.pk)),
        ("signed_in", str(sara.pk)),
    ]
    assert [line.get("factor") for line in lines()][1] == "totp"
    assert code not in str(lines())


@pytest.mark.django_db(transaction=True)
def test_set_up_and_removal_of_factor_are_logged(sara: User, lines: Lines) -> None:
    EmailAddress.objects.create(user=sara, email=sara.email, primary=True, verified=True)
    client = sign_in("sara", "sara-s-password")
    reauthenticate(client)
    app = App(shown_secret(client.get(reverse("mfa_activate_totp"))))
    client.post(reverse("mfa_activate_totp"), {"code": app.code()})
    client.post(reverse("mfa_deactivate_totp"))

    events = [(line["event"], line["factor"]) for line in lines() if "factor" in line]
    assert ("factor_added", "totp") in events
    assert ("factor_removed", "totp") in events
    assert app.secret not in str(lines())


def test_ended_sessions_are_logged(sara: User, lines: Lines, workers) -> None:
    with workers.committing():
        sara.set_password("تازه-گذرواژه-9")
        sara.save()

    ended = [line["reason"] for line in lines() if line["event"] == "sessions_ended"]
    assert ended == ["password"]


@pytest.mark.parametrize(
    ("path", "refused_at"),
    [("/admin/accounts/user/", "/admin/login/"), ("/admin/hub/", "/admin/login/")],
)
def test_refused_access_is_logged(sara: User, lines: Lines, path: str, refused_at: str) -> None:
    client = sign_in("sara", "sara-s-password")

    assert client.get(path, follow=True).status_code == 403

    line = lines()[-1]
    assert (line["event"], line["outcome"]) == ("access_refused", "refused")
    assert (line["account"], line["ip"], line["path"]) == (str(sara.pk), "127.0.0.1", refused_at)


def test_form_of_another_page_is_logged(sara: User, lines: Lines) -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.post(LOGIN, {"login": "sara", "password": "sara-s-password"}).status_code == 403

    [line] = lines()
    assert (line["event"], line["account"], line["path"]) == ("access_refused", "-", LOGIN)


def test_api_request_of_a_visitor_is_logged(db: None, lines: Lines) -> None:
    assert Client().post(reverse("api-server")).status_code == 403

    [line] = lines()
    assert (line["event"], line["account"], line["method"]) == ("access_refused", "-", "POST")


@pytest.fixture
def staff(client: Client, nasrin: User) -> Client:
    client.force_login(nasrin)
    return client


def test_password_set_by_staff_names_them(
    staff: Client, sara: User, nasrin: User, lines: Lines, workers
) -> None:
    with workers.committing():
        staff.post(
            reverse("admin:auth_user_password_change", args=[sara.pk]),
            {"password1": "تازه-گذرواژه-9", "password2": "تازه-گذرواژه-9"},
        )

    [line] = [line for line in lines() if line["event"] == "password_set"]
    assert (line["account"], line["by"]) == (str(sara.pk), str(nasrin.pk))


def test_changed_rights_are_logged(sara: User, lines: Lines, workers) -> None:
    group = Group.objects.create(name="operators")
    with workers.committing():
        sara.is_staff = True
        sara.save()
        sara.groups.add(group)

    assert [line["right"] for line in lines()] == ["+is_staff", "+operators"]


def test_deactivation_and_reactivation_are_logged(sara: User, lines: Lines, workers) -> None:
    with workers.committing():
        for is_active in (False, True):
            sara.is_active = is_active
            sara.save()

    events = [line["event"] for line in lines() if line["event"] != "sessions_ended"]
    assert events == ["deactivated", "reactivated"]


def test_rolled_back_change_is_not_logged(sara: User, lines: Lines) -> None:
    sara.is_staff = True
    sara.save()  # the test's transaction is never committed

    assert lines() == []


def test_deleted_account_keeps_its_number(sara: User, lines: Lines, workers) -> None:
    number = str(sara.pk)
    with workers.committing():
        sara.delete()

    assert [(line["event"], line["account"]) for line in lines()] == [("deleted", number)]


def test_own_change_of_address_is_logged(sara: User, lines: Lines, workers) -> None:
    client = sign_in("sara", "sara-s-password")
    client.post(reverse("account_reauthenticate"), {"password": "sara-s-password"})
    EmailAddress.objects.create(user=sara, email="sara@example.ir", primary=True)
    EmailAddress.objects.create(user=sara, email="new@example.org", primary=False, verified=True)
    with workers.committing():
        client.post(reverse("account_email"), {"action_primary": "", "email": "new@example.org"})

    changed = [line for line in lines() if line["event"] == "address_changed"]
    assert [(line["was"], line["to"]) for line in changed] == [
        ("sa…@example.ir", "ne…@example.org")
    ]


@pytest.mark.parametrize(
    "forged", ["a\nevent=signed_in", "a\r\n\x1b[2J", "a\u2028b", "a\u202eb", "x" * 10_000]
)
def test_no_value_makes_second_line_or_field(forged: str, caplog) -> None:
    caplog.set_level(logging.INFO, "accounts.audit")
    record(Event.SIGNED_IN, user=User(pk=1, username=forged), method=f"m {forged}")

    text = UtcFormatter("{message}", style="{").format(caplog.records[-1])
    assert text.splitlines() == [text]
    assert text.isprintable()
    assert len(text) < 500
