"""Versioned cache of rows that open pages read again and again.

A value counts only together with the version that was in force when its rows were read. Code that
changes the rows sets a new version, and sets another when the change is committed: a reader that
was overtaken stores its rows under an old version, which is never read. If a new version gets lost
(the cache was unavailable, or the process died before it set one), the old value is shown for
VALUE_TTL at most, so no decision may rest on a value from here.
"""

import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction

from portal.caches import copies

VALUE_TTL = timedelta(seconds=20)
VERSION_TTL = timedelta(hours=1)  # longer than any value that is stored under the version

Value = TypeVar("Value")


def is_used() -> bool:
    """Return whether rows are cached here: only with Redis. A table is as slow as the rows."""
    return bool(settings.CACHES_ROWS)


def keys_of(name: str) -> list[str]:
    """Return the cache keys that `get_or_load` reads; none where no rows are cached."""
    return [_value_key(name), _version_key(name)] if is_used() else []


def get_or_load(
    name: str, load: Callable[[], Value], cached: Mapping[str, Any] | None = None
) -> Value:
    """Return the cached value of `name`, or call `load` and cache what it returns.

    `cached` is what the cache has under `keys_of(name)`, from a caller that has read these keys
    together with others.
    """
    if not is_used():
        return load()
    if cached is None:
        cached = copies.get_many(keys_of(name))
    version, versioned = cached.get(_version_key(name)), cached.get(_value_key(name))
    if version is None:
        version = _set_first_version(name)
    elif versioned is not None and versioned[0] == version:
        value: Value = versioned[1]
        return value
    value = load()
    if version is not None:  # without one the cache is unavailable
        copies.set(_value_key(name), (version, value), VALUE_TTL.total_seconds())
    return value


def invalidate(names: Collection[str]) -> None:
    """Have the values of these names loaded again: now, and again after the commit, until when
    other processes read the old rows.
    """
    if not is_used() or not names:
        return
    _set_new_versions(names)
    if connection.in_atomic_block:
        transaction.on_commit(partial(_set_new_versions, names))


def _set_first_version(name: str) -> str | None:
    version = uuid.uuid4().hex
    if copies.add(_version_key(name), version, VERSION_TTL.total_seconds()):
        return version
    another: str | None = copies.get(_version_key(name))
    return another


def _set_new_versions(names: Collection[str]) -> None:
    versions = {_version_key(name): uuid.uuid4().hex for name in names}
    copies.set_many(versions, VERSION_TTL.total_seconds())


def _value_key(name: str) -> str:
    return f"rows:{name}"


def _version_key(name: str) -> str:
    return f"rows:{name}:version"
