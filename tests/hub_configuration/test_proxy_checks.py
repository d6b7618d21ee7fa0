"""Proxy client of the Hub: activities from the proxy, and what they cost in SQL.

tests/system/test_restarting.py restarts a real proxy.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from jupyterhub import orm
from jupyterhub.utils import isoformat, utcnow
from sqlalchemy import event
from traitlets.config import Config

MINUTE = timedelta(minutes=1)
SERVERS = 20


class Hub:
    """A Hub's database and its running servers, each used `last_used` ago by its own record."""

    def __init__(self, last_used: timedelta) -> None:
        self.db = orm.new_session_factory("sqlite:///:memory:")()
        self.now = utcnow(with_tz=False)
        self.users: dict[int, Any] = {}
        for number in range(SERVERS):
            row = orm.User(name=f"student{number}", last_activity=self.now - last_used)
            server = orm.Spawner(name="", user=row, last_activity=self.now - last_used)
            self.db.add_all([row, server])
            spawner = SimpleNamespace(
                ready=True, proxy_spec=f"/user/{row.name}/", orm_spawner=server
            )
            row.spawners = {"": spawner}
            self.users[number] = row
        self.db.commit()
        self.statements: list[str] = []
        event.listen(self.db.get_bind(), "before_cursor_execute", self._count)

    def _count(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.statements.append(statement)

    def routes(self, used: timedelta) -> dict[str, Any]:
        """Return the proxy's routes, each used that long ago."""
        at = isoformat(self.now - used)
        return {
            f"/user/student{number}/": {"data": {"user": f"student{number}", "last_activity": at}}
            for number in range(SERVERS)
        }

    def stored(self, number: int) -> tuple[datetime, datetime]:
        """Return the activities of a user and of the server, as the culler reads them."""
        [row, server] = (
            self.db.query(orm.User, orm.Spawner)
            .join(orm.Spawner)
            .filter(orm.User.name == f"student{number}")
            .populate_existing()
            .one()
        )
        return row.last_activity, server.last_activity


@pytest.fixture
def module(load: Any) -> Any:
    return load("proxy_checks")


@pytest.fixture
def make_hub() -> Iterator[Any]:
    made: list[Hub] = []

    def make(last_used: timedelta) -> Hub:
        made.append(Hub(last_used))
        return made[-1]

    yield make
    for hub in made:
        hub.db.close()


def proxy_of(module: Any, hub: Hub, *, idle_timeout: int = 3600) -> Any:
    c = Config()
    module.configure_proxy_checks(c, idle_timeout=idle_timeout)
    return module.CheckingProxy(
        config=c,
        app=SimpleNamespace(users=hub.users),
        db_factory=lambda: hub.db,
        auth_token="tests-only",
    )


def test_fresh_activities_cost_no_sql(module: Any, make_hub: Any) -> None:
    hub = make_hub(last_used=4 * MINUTE)

    proxy_of(module, hub).store_activities(hub.routes(used=0 * MINUTE))

    assert hub.statements == []


def test_old_activities_are_stored_together(module: Any, make_hub: Any) -> None:
    hub = make_hub(last_used=6 * MINUTE)

    proxy_of(module, hub).store_activities(hub.routes(used=MINUTE))

    updates = [one.split()[1] for one in hub.statements if one.startswith("UPDATE")]
    assert updates == ["users", "spawners"]  # one statement for all
    assert set(hub.stored(SERVERS - 1)) == {hub.now - MINUTE}


def test_unused_servers_keep_their_activity(module: Any, make_hub: Any) -> None:
    hub = make_hub(last_used=6 * MINUTE)

    proxy_of(module, hub).store_activities(hub.routes(used=10 * MINUTE))

    assert set(hub.stored(0)) == {hub.now - 6 * MINUTE}
    assert not [one for one in hub.statements if one.startswith("UPDATE")]


def test_culler_reads_no_activity_near_its_limit(module: Any, make_hub: Any) -> None:
    hub = make_hub(last_used=MINUTE)

    proxy_of(module, hub, idle_timeout=180).store_activities(hub.routes(used=0 * MINUTE))

    assert hub.stored(0)[1] == hub.now


def test_hub_itself_never_reads_activities(module: Any) -> None:
    c = Config()
    module.configure_proxy_checks(c, idle_timeout=3600)

    assert c.JupyterHub.last_activity_interval == 0
