"""Connections of the cache to Redis that do not let each call of a page wait for a dead server.

A page makes several calls to the cache. Without this, each would wait for its own timeout.
"""

from datetime import timedelta
from typing import Any

from redis.connection import Connection, ConnectionPool, SSLConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from portal.pause import Pause

PAUSE = timedelta(seconds=5)
FAILURES = (RedisConnectionError, RedisTimeoutError)

pause = Pause(PAUSE)
"""Of all connections of this process to the cache."""


class PausingConnection(Connection):
    def read_response(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().read_response(*args, **kwargs)
        except FAILURES:
            pause.begin()
            raise


class PausingConnectionWithTLS(PausingConnection, SSLConnection):
    """Connection of a `rediss://` address."""


class PausingConnectionPool(ConnectionPool):
    def __init__(self, **kwargs: Any) -> None:
        has_tls = kwargs.get("connection_class") is SSLConnection
        kwargs["connection_class"] = PausingConnectionWithTLS if has_tls else PausingConnection
        super().__init__(**kwargs)

    def get_connection(self, *args: Any, **kwargs: Any) -> Any:
        """Return a connection that is open.

        Raises:
            ConnectionError: at once, while a call has failed within PAUSE.
        """
        if pause.is_on():
            raise RedisConnectionError("Redis has just failed: not tried again yet")
        try:
            return super().get_connection(*args, **kwargs)
        except FAILURES:
            pause.begin()
            raise
