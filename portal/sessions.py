"""Sessions in the database, with a short-lived copy in the cache.

Django's `cached_db` keeps a copy for as long as the session. A full Redis refuses the new copy and
keeps the old one, which pages then read: a person who has just proved their password is asked
again, and again. And a Redis that was away when somebody signed out still has the session.
"""

from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from portal.caches import copies

COPY_TTL = timedelta(seconds=60)


class SessionStore(DatabaseStore):
    def load(self) -> dict[str, Any]:
        copy: dict[str, Any] | None = copies.get(_copy_key(self._session_key))
        if copy is not None:
            return copy
        loaded: dict[str, Any] = super().load()
        if self._session_key is not None:  # it was found
            copies.set(_copy_key(self._session_key), loaded, COPY_TTL.total_seconds())
        return loaded

    def save(self, must_create: bool = False) -> None:
        super().save(must_create)
        # A full Redis deletes, but would refuse a new copy and keep the old one.
        copies.delete(_copy_key(self._session_key))

    def delete(self, session_key: str | None = None) -> None:
        super().delete(session_key)
        copies.delete(_copy_key(session_key or self._session_key))


def _copy_key(session_key: str | None) -> str:
    return f"session:{session_key}"
