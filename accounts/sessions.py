"""Sessions in the database with the cache before it, which can be read along with other things."""

from collections.abc import Mapping
from typing import Any

from django.contrib.sessions.backends import cached_db


class SessionStore(cached_db.SessionStore):
    def take(self, found: Mapping[str, Any]) -> None:
        """Use what the cache has of this session, from who has read it under `cache_key`.

        Where the cache has nothing, the session is looked for as ever.
        """
        record = found.get(self.cache_key)
        if record is not None:
            self._session_cache = record
