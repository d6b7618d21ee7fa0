"""A session that is read together with its owner's facts is still what says whose it is."""

from typing import cast

import pytest
from django.core.cache import cache, caches
from django.test import Client

from accounts.models import User
from accounts.sessions import SessionStore
from jupyter_integration.status.dashboard_data import keys_of

DASHBOARD = "/dashboard/"


def session_of(browser: Client) -> SessionStore:
    return cast(SessionStore, browser.session)


def guess_owner(browser: Client, owner: User) -> None:
    key = f"owner:{session_of(browser).session_key}"
    assert caches["process"].get(key) is not None
    caches["process"].set(key, owner.pk)


def load_nothing(_session: SessionStore) -> None:
    raise AssertionError("the session was read by a call of its own")


def test_it_costs_no_call_of_its_own(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SessionStore, "load", load_nothing)

    assert browser.get(DASHBOARD).status_code == 200


def test_a_wrong_guess_shows_nobody_the_page_of_another(
    browser: Client, sara: User, omid: User
) -> None:
    another = Client()
    another.force_login(omid)
    another.get(DASHBOARD)
    assert cache.get_many(keys_of(omid.pk))
    guess_owner(browser, omid)

    answer = browser.get(DASHBOARD)

    assert answer.context["user"] == sara
    assert cache.get_many(keys_of(sara.pk)).keys() <= answer.wsgi_request.found.keys()
    assert answer.wsgi_request.found.keys().isdisjoint(keys_of(omid.pk))


def test_a_wrong_guess_is_made_once(
    browser: Client, omid: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    guess_owner(browser, omid)
    browser.get(DASHBOARD)
    monkeypatch.setattr(SessionStore, "load", load_nothing)

    assert browser.get(DASHBOARD).status_code == 200


def test_who_signed_out_is_signed_out_in_every_process_that_remembers(browser: Client) -> None:
    cookies = browser.cookies.copy()
    browser.post("/accounts/logout/")
    browser.cookies = cookies

    assert browser.get(DASHBOARD).status_code == 302


def test_a_session_that_the_cache_lost_is_found_in_the_database(browser: Client) -> None:
    cache.delete(session_of(browser).cache_key)

    assert browser.get(DASHBOARD).status_code == 200


def test_what_was_put_into_a_session_is_there_on_the_next_page(browser: Client) -> None:
    session = session_of(browser)
    session["put"] = "there"
    session.save()

    assert browser.get(DASHBOARD).wsgi_request.session["put"] == "there"
