"""What open pages ask for again and again, remembered in the cache until somebody changes it.

A value counts only together with the mark that stood when its rows were read. Who changes the rows
sets a new mark once the change is committed: a reader who was overtaken meanwhile keeps what it
read under a mark that counts no more. Where the mark did not get through (the cache was away, or
the process died in between) the old value is shown for KEPT_FOR at most, so nothing that decides
anything may be read from here.
"""

import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction

KEPT_FOR = 20  # seconds
_MARK_KEPT_FOR = 3600  # seconds; longer than any value that was kept under it

Value = TypeVar("Value")


def keys_of(name: str) -> list[str]:
    """Return the keys to be read for `recall`; none where nothing is remembered."""
    return [_value_key(name), _mark_key(name)] if settings.CACHES_ROWS else []


def get_or_load(
    name: str, load: Callable[[], Value], found: Mapping[str, Any] | None = None
) -> Value:
    """Return what is remembered under `name`, or else what `load` reads, which is remembered.

    `found` is what the cache has under `keys_of(name)`, from who has read it with other things.
    """
    if not settings.CACHES_ROWS:
        return load()
    if found is None:
        found = cache.get_many(keys_of(name))
    mark, kept = found.get(_mark_key(name)), found.get(_value_key(name))
    if mark is None:
        mark = _set_first_mark(name)
    elif kept is not None and kept[0] == mark:
        value: Value = kept[1]
        return value
    value = load()
    if mark is not None:  # else there is no cache
        cache.set(_value_key(name), (mark, value), KEPT_FOR)
    return value


def forget(name: str) -> None:
    """Have what is remembered under `name` read anew: now, and once the transaction is committed,
    until when others read the rows as they were.
    """
    if not settings.CACHES_ROWS:
        return
    _set_new_mark(name)
    if connection.in_atomic_block:
        transaction.on_commit(partial(_set_new_mark, name))


def _set_first_mark(name: str) -> str | None:
    mark = uuid.uuid4().hex
    if cache.add(_mark_key(name), mark, _MARK_KEPT_FOR):
        return mark
    another: str | None = cache.get(_mark_key(name))
    return another


def _set_new_mark(name: str) -> None:
    cache.set(_mark_key(name), uuid.uuid4().hex, _MARK_KEPT_FOR)


def _value_key(name: str) -> str:
    return f"remembered:{name}"


def _mark_key(name: str) -> str:
    return f"remembered:{name}:mark"
