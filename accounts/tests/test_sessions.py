"""Ends of sessions on the portal: which act ends which."""

from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import pytest
from allauth.idp.oidc.models import Client as OidcClient
from allauth.idp.oidc.models import Token
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services.ensure_support_group import SUPPORT_GROUP, ensure_support_group

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)


def sign_in(password: str = "sara-s-password", **more: str) -> Client:
    browser = Client(headers={"user-agent": CHROME})
    answer = browser.post(reverse("account_login"), {"login": "sara", "password": password} | more)
    assert answer.status_code == 302
    return browser


def is_signed_in(browser: Client) -> bool:
    return browser.get(reverse("dashboard")).status_code == 200


def give_token(user: User) -> None:
    client, _is_new = OidcClient.objects.get_or_create(pk="jupyterhub")
    Token.objects.create(type=Token.Type.REFRESH_TOKEN, hash="x", client=client, user=user)


# --- What ends sessions -----------------------------------------------------------------------


def change_by_owner(sara: User, browser: Client) -> None:
    browser.post(
        reverse("account_change_password"),
        {"oldpassword": "sara-s-password", "password1": "new-s-pass", "password2": "new-s-pass"},
    )


def change_by_program(sara: User, browser: Client) -> None:
    user = User.objects.get(pk=sara.pk)
    user.set_password("new-s-pass")
    user.save()


def disable_password(sara: User, browser: Client) -> None:
    user = User.objects.get(pk=sara.pk)
    user.set_unusable_password()
    user.save()


def reauthenticate(browser: Client) -> None:
    browser.post(reverse("account_reauthenticate"), {"password": "sara-s-password"})


def sign_out_everywhere(sara: User, browser: Client) -> None:
    reauthenticate(browser)
    browser.post(reverse("usersessions_list"))


def deactivate(sara: User, browser: Client) -> None:
    user = User.objects.get(pk=sara.pk)
    user.is_active = False
    user.save()


@pytest.mark.parametrize(
    "act", [change_by_owner, change_by_program, disable_password, sign_out_everywhere, deactivate]
)
def test_other_sessions_and_tokens_end(sara: User, act) -> None:
    browser, other = sign_in(), sign_in()
    give_token(sara)

    act(sara, browser)

    assert not is_signed_in(other)
    assert not Token.objects.exists()


@pytest.mark.parametrize("act", [change_by_owner, sign_out_everywhere])
def test_own_session_survives_own_change(sara: User, act) -> None:
    browser = sign_in()

    act(sara, browser)

    assert is_signed_in(browser)


def test_sign_out_everywhere_asks_the_password_first(sara: User) -> None:
    browser, other = sign_in(), sign_in()

    asked = browser.post(reverse("usersessions_list"))
    assert urlsplit(asked.url).path == reverse("account_reauthenticate")
    assert is_signed_in(other)

    browser.post(asked.url, {"password": "sara-s-password", "next": reverse("usersessions_list")})
    assert not is_signed_in(other)
    assert is_signed_in(browser)


def test_reauthentication_renews_the_session_key(sara: User) -> None:
    browser, thief = sign_in(), Client()
    thief.cookies = SimpleCookie(browser.cookies.output(header=""))
    assert is_signed_in(thief)

    reauthenticate(browser)

    assert is_signed_in(browser)
    assert not is_signed_in(thief)
    page = browser.get(reverse("usersessions_list")).content.decode()
    assert page.count("Chrome · Linux") == 1


@pytest.mark.parametrize("by", ["superuser", "support"])
def test_staff_sign_a_person_out_everywhere(sara: User, nasrin: User, by: str) -> None:
    if by == "support":
        ensure_support_group()
        User.objects.filter(pk=nasrin.pk).update(is_superuser=False)
        nasrin.groups.add(Group.objects.get(name=SUPPORT_GROUP))
    browser, staff = sign_in(), Client()
    give_token(sara)
    staff.force_login(nasrin)
    data = {"action": "sign_out_everywhere", "_selected_action": [sara.pk]}

    page = staff.post(reverse("admin:accounts_user_changelist"), data, follow=True)

    assert not is_signed_in(browser)
    assert not Token.objects.exists()
    assert "۱ حساب" in str(next(iter(page.context["messages"])))
    assert LogEntry.objects.get().object_id == str(sara.pk)


def test_support_signs_no_powerful_account_out(sara: User, nasrin: User) -> None:
    ensure_support_group()
    User.objects.filter(pk=nasrin.pk).update(is_superuser=False)
    nasrin.groups.add(Group.objects.get(name=SUPPORT_GROUP))
    User.objects.filter(pk=sara.pk).update(is_staff=True)
    browser, staff = sign_in(), Client()
    staff.force_login(nasrin)
    data = {"action": "sign_out_everywhere", "_selected_action": [sara.pk]}

    staff.post(reverse("admin:accounts_user_changelist"), data)

    assert is_signed_in(browser)


def test_reactivated_account_has_no_old_session(sara: User) -> None:
    browser = sign_in()
    for is_active in (False, True):
        user = User.objects.get(pk=sara.pk)
        user.is_active = is_active
        user.save()

    assert not is_signed_in(browser)
    assert is_signed_in(sign_in())


def test_new_hash_of_same_password_ends_nothing(sara: User, settings) -> None:
    imported = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, imported]
    give_token(sara)
    old = make_password("sara-s-password", hasher="pbkdf2_sha256")
    User.objects.filter(pk=sara.pk).update(password=old)

    sign_in()  # hashes the password again

    assert User.objects.get(pk=sara.pk).password != old
    assert Token.objects.exists()
    assert User.objects.get(pk=sara.pk).session_generation == 0


def test_other_change_of_account_ends_nothing(sara: User) -> None:
    browser = sign_in()
    give_token(sara)

    browser.post(
        reverse("profile"), {"first_name": "سارا", "last_name": "کاویانی", "language": "fa"}
    )

    assert is_signed_in(browser)
    assert Token.objects.exists()


def test_stale_instance_does_not_revive_sessions(sara: User) -> None:
    browser, stale = sign_in(), User.objects.get(pk=sara.pk)
    sign_out_everywhere(sara, browser)
    other = sign_in()
    generation = User.objects.get(pk=sara.pk).session_generation

    stale.save()

    assert User.objects.get(pk=sara.pk).session_generation == generation
    assert is_signed_in(other)


# --- The page ---------------------------------------------------------------------------------


def test_page_lists_sessions_that_still_open_the_portal(sara: User) -> None:
    ended, browser = sign_in(), sign_in()
    assert browser.get(reverse("usersessions_list")).content.decode().count("Chrome · Linux") == 2

    ended.post(reverse("account_logout"))

    page = browser.get(reverse("usersessions_list")).content.decode()
    assert page.count("Chrome · Linux") == 1
    assert "این مرورگر" in page


@pytest.mark.parametrize(
    "page", ["dashboard", "profile", "account_email", "mfa_index", "usersessions_list", "help"]
)
def test_every_page_of_a_person_has_sign_out(sara: User, page: str) -> None:
    browser = sign_in()

    content = browser.get(reverse(page)).content.decode()

    assert f'action="{reverse("account_logout")}"' in content
