"""Open pages know their reader without the database, and notice every change of the account."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.services.adopt_hub_username import adopt_hub_username
from accounts.services.replace_hub_username import replace_hub_username
from jupyter_integration.work.ensure_hub_user import ensure_hub_user

DASHBOARD, API = "/dashboard/", "/api/v1/server/"


def shown(browser: Client) -> User:
    """The account as a page has it."""
    return browser.get(DASHBOARD).context["user"]


def test_the_account_is_read_once_for_many_pages(browser: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        for address in (DASHBOARD, "/dashboard/server/", API):
            assert browser.get(address).status_code == 200

    assert not [query for query in queries if "accounts_user" in query["sql"]]


def test_other_pages_read_it_from_the_database(browser: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        browser.get("/accounts/profile/")

    assert [query for query in queries if "accounts_user" in query["sql"]]


def test_a_name_is_seen_at_once(browser: Client, sara: User) -> None:
    sara.first_name = "سارا"
    sara.save()

    assert shown(browser).first_name == "سارا"


def adopt(user: User) -> None:
    adopt_hub_username(user=user, hub_username="sara-of-old")


def replace(user: User) -> None:
    replace_hub_username(user=user)


@pytest.mark.parametrize("change", [adopt, replace])
def test_another_name_on_the_hub_is_seen_at_once(
    browser: Client, sara: User, change: Callable[[User], None]
) -> None:
    change(sara)

    assert shown(browser).hub_username == User.objects.get(pk=sara.pk).hub_username != "sara"


def test_that_the_hub_has_a_user_is_seen_at_once(browser: Client, hub, sara: User) -> None:
    assert shown(browser).hub_user_created_at is None

    ensure_hub_user(hub=hub, user=sara)

    assert shown(browser).hub_user_created_at is not None


def test_an_account_that_is_made_inactive_is_signed_out_at_once(
    browser: Client, sara: User
) -> None:
    sara.is_active = False
    sara.save()

    assert browser.get(DASHBOARD).status_code == 302
    assert browser.get(API).status_code == 403


def test_a_deleted_account_is_signed_out_at_once(browser: Client, sara: User) -> None:
    sara.delete()

    assert browser.get(DASHBOARD).status_code == 302


def test_a_new_password_signs_other_browsers_out_at_once(browser: Client, sara: User) -> None:
    sara.set_password("another-password-of-sara")
    sara.save()

    assert browser.get(DASHBOARD).status_code == 302


def test_where_the_change_was_not_told_no_session_is_lost(browser: Client, sara: User) -> None:
    """A session that fits the database and not what is remembered is a good one."""
    User.objects.filter(pk=sara.pk).update(password="!another")
    sara.refresh_from_db()
    browser.force_login(sara)
    cached_before = cache.get(f"remembered:user:{sara.pk}")

    assert browser.get(DASHBOARD).status_code == 200
    assert cached_before[1][0] != sara.get_session_auth_hash()


def test_whoever_changes_something_is_read_from_the_database(browser: Client, sara: User) -> None:
    User.objects.filter(pk=sara.pk).update(is_active=False)  # the cache was not told

    assert browser.get(DASHBOARD).status_code == 200
    assert browser.post("/server/start/").status_code == 302
    assert browser.post(API).status_code == 403


def test_the_password_is_not_in_the_cache(browser: Client, sara: User) -> None:
    kept = cache.get(f"remembered:user:{sara.pk}")

    assert kept is not None
    assert sara.password not in repr(kept)


def test_two_browsers_are_two_people(browser: Client, omid: User) -> None:
    another = Client()
    another.force_login(omid)

    assert shown(another) == omid
    assert shown(browser) != omid
    assert shown(another).last_login.date() == timezone.now().date()
