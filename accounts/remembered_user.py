"""Who is signed in, for the few addresses that every open page asks again and again.

All others read the account from the database, and so does whatever changes something. One call to
the cache brings what these addresses need besides (READ_ALONG).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.cache import cache, caches
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.sessions import SessionStore
from portal.versioned_cache import forget, get_or_load, keys_of

READ_ALONG: list[Callable[[int], list[str]]] = []
"""Each returns keys, by the account's id; what the cache has under them is in `request.found`."""

ASKED_AGAIN_AND_AGAIN = frozenset({"/dashboard/", "/dashboard/server/", "/api/v1/server/"})

# What a password is kept as has no business in the cache: of it the session's own hash will do.
_NAMES = tuple(field.attname for field in User._meta.concrete_fields if field.attname != "password")

_Remembered = tuple[str, list[Any]]
"""The hash that a valid session has, and the account's values in the order of _NAMES."""


class RememberedUserMiddleware:
    """Put the remembered account into the request where Django's own would read it anew."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        looks_only = request.method in ("GET", "HEAD")
        if settings.CACHES_ROWS and looks_only and request.path_info in ASKED_AGAIN_AND_AGAIN:
            _recall_user(request)
        return self.get_response(request)


def forget_user(user_id: int) -> None:
    """Have the account read anew; for who changes it without saving it."""
    forget(_name(user_id))


@receiver([post_save, post_delete], sender=User)
def _forget_changed(instance: User, **_kwargs: object) -> None:
    forget_user(instance.pk)


def _recall_user(request: HttpRequest) -> None:
    """Put the session's account into the request, unless Django has to see what is the matter."""
    session = cast(SessionStore, request.session)
    guess, found = _read_by_guess(session)
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return
    user_id = int(session[SESSION_KEY])
    if user_id != guess:
        found = cache.get_many(_keys_of_page(user_id))
        caches["process"].set(_guess_key(session), user_id)
    remembered = get_or_load(_name(user_id), partial(_read, user_id), found)
    if remembered is None:
        return
    session_hash, values = remembered
    user = User.from_db(DEFAULT_DB_ALIAS, _NAMES, values)
    if user.is_active and constant_time_compare(session.get(HASH_SESSION_KEY, ""), session_hash):
        request.user = user
        request.found = found  # type: ignore[attr-defined]


def _read_by_guess(session: SessionStore) -> tuple[int | None, dict[str, Any]]:
    """Read the session in one call with all that the page of its owner needs.

    Whose it was when this process last saw it is a guess: the session itself says whose it is.
    """
    if session.session_key is None:
        return None, {}
    guess = caches["process"].get(_guess_key(session))
    if guess is None:
        return None, {}
    found = cache.get_many([session.cache_key, *_keys_of_page(guess)])
    session.take(found)
    return guess, found


def _keys_of_page(user_id: int) -> list[str]:
    return [*keys_of(_name(user_id)), *(key for keys in READ_ALONG for key in keys(user_id))]


def _guess_key(session: SessionStore) -> str:
    return f"owner:{session.session_key}"


def _read(user_id: int) -> _Remembered | None:
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return None
    return user.get_session_auth_hash(), [getattr(user, name) for name in _NAMES]


def _name(user_id: int) -> str:
    return f"user:{user_id}"
