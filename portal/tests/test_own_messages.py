"""Messages: a page shows those of its own reader alone."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User

COOKIE = settings.MESSAGES_COOKIE_NAME


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def save_profile(client: Client) -> None:
    client.post(reverse("profile"), {"first_name": "x", "last_name": "", "language": "fa"})


def shown(client: Client) -> list[str]:
    return [str(message) for message in client.get(reverse("profile")).context["messages"]]


def test_own_message_is_shown_once(sara: User) -> None:
    client = browser_of(sara)
    save_profile(client)

    assert len(shown(client)) == 1
    assert shown(client) == []


def test_planted_message_of_another_is_not_shown(sara: User, omid: User) -> None:
    """A page on the Hub's host can set a cookie for the common parent domain."""
    mallory = browser_of(omid)
    save_profile(mallory)
    victim = browser_of(sara)
    victim.cookies[COOKIE] = mallory.cookies[COOKIE].value

    assert shown(victim) == []


def test_message_does_not_pass_to_next_person(sara: User, omid: User) -> None:
    """One browser: sara saves, her session ends unseen, omid signs in."""
    client = browser_of(sara)
    save_profile(client)
    client.force_login(omid)

    assert shown(client) == []


@pytest.mark.parametrize("value", ["x", "a:b:c", "[" * 2000])
def test_broken_cookie_is_ignored(sara: User, value: str) -> None:
    client = browser_of(sara)
    client.cookies[COOKIE] = value

    assert shown(client) == []
