"""Proxy client that restores lost routes and stores the activity that the culler needs.

JupyterHub 6.1.1 does both in `update_last_activity`, every `last_activity_interval`: four SQL
statements for each running server, in the Hub's one loop. That call is switched off here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from jupyterhub.proxy import ConfigurableHTTPProxy
from sqlalchemy.exc import SQLAlchemyError
from tornado.ioloop import PeriodicCallback
from traitlets import Integer
from traitlets.config import Config

CHECK_INTERVAL = timedelta(seconds=10)
MAX_ACTIVITY_AGE = timedelta(minutes=5)


def configure_proxy_checks(c: Config, *, idle_timeout: int) -> None:
    """Configure the Hub to use this client. `idle_timeout` is the culler's, in seconds."""
    c.JupyterHub.proxy_class = CheckingProxy
    c.JupyterHub.last_activity_interval = 0  # never
    # A quarter of the culler's limit: what the culler acts on is at most CHECK_INTERVAL old.
    c.CheckingProxy.activity_age = min(int(MAX_ACTIVITY_AGE.total_seconds()), idle_timeout // 4)


class CheckingProxy(ConfigurableHTTPProxy):
    activity_age = Integer(
        config=True, help="Seconds after which a stored activity is compared with the proxy's."
    )

    _checks: PeriodicCallback | None = None

    async def check_routes(
        self,
        user_dict: Mapping[int, Any],
        service_dict: Mapping[str, Any],
        routes: Mapping[str, Any] | None = None,
    ) -> None:
        """Check the routes, and from the first call on, repeat that every CHECK_INTERVAL.

        The Hub makes the first call when it knows its servers. A check before that would delete
        their routes.
        """
        await super().check_routes(user_dict, service_dict, routes)
        if self._checks is None:
            self._checks = PeriodicCallback(self._check, CHECK_INTERVAL)
            self._checks.start()

    async def _check(self) -> None:
        # One response has the routes and the activities. A restarted proxy has no route, not even
        # the Hub's own.
        routes = await self.get_all_routes()
        self.store_activities(routes)
        await self.check_routes(self.app.users, self.app._service_map, routes)

    def store_activities(self, routes: Mapping[str, Any]) -> None:
        """Store newer activities from the proxy where the stored one is old.

        An old one costs an UPDATE of the server and one of its user; all others cost no SQL.
        """
        old = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=self.activity_age)
        for user in self.app.users.values():
            for spawner in user.spawners.values():
                route = routes.get(spawner.proxy_spec) if spawner.ready else None
                if route is None:
                    continue
                stored = spawner.orm_spawner.last_activity
                if stored is None or stored > old:
                    continue
                used_at = _parse(route["data"])
                if used_at and used_at > stored:
                    spawner.orm_spawner.last_activity = used_at
                    user.last_activity = max(used_at, user.last_activity or used_at)
        try:
            self.db.commit()
        except SQLAlchemyError:
            self.log.exception("Activities are not stored")
            self.db.rollback()


def _parse(route_data: Mapping[str, Any]) -> datetime | None:
    """Return the time of the last request, UTC without a time zone, as the Hub stores times."""
    text = route_data.get("last_activity")
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None) if text else None
