"""Health checks: of this process (/health), and of the whole portal (/health/ready)."""

import logging
from datetime import datetime
from functools import cache as cache_forever
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jupyter_integration.status import hub_availability
from portal.caches import copies
from portal.heartbeats import PARTS, is_alive, last_heartbeats

logger = logging.getLogger(__name__)

_OK = {"status": "ok"}
_UNAVAILABLE = {"status": "unavailable"}


@require_safe
@never_cache
def show_health(request: HttpRequest) -> JsonResponse:
    """Return 200 while this process and its database work.

    The Hub's state is shown and does not change the status: restarting the portal repairs no Hub.
    """
    database = _check_database()
    components = {"process": _OK, "database": database, "hub": _check_hub()}
    return _response(components, is_ok=database is _OK)


@require_safe
@never_cache
def show_readiness(request: HttpRequest) -> JsonResponse:
    """Return 200 when database, tables and cache work; show the last heartbeat of other parts."""
    database = _check_tables()
    components: dict[str, Any] = {"database": database, "cache": _check_cache()}
    is_ok = database is _OK and components["cache"] is _OK
    if is_ok:
        heartbeats = last_heartbeats()
        components |= {part: _check_heartbeat(heartbeats.get(part)) for part in PARTS}
        components["hub"] = _check_hub()
    return _response(components, is_ok=is_ok)


def _response(components: dict[str, Any], *, is_ok: bool) -> JsonResponse:
    status = "ok" if is_ok else "unavailable"
    return JsonResponse({"status": status, "components": components}, status=200 if is_ok else 503)


def _check_database() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("The database is unavailable: %s", error)
        return _UNAVAILABLE
    return _OK


def _check_tables() -> dict[str, str]:
    try:
        if _own_migrations() - MigrationRecorder(connection).applied_migrations().keys():
            return {"status": "migrations missing"}
    except DatabaseError as error:
        logger.warning("The database is unavailable: %s", error)
        return _UNAVAILABLE
    return _OK


@cache_forever
def _own_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations of this program: constant while it runs, and slow to load."""
    return frozenset(MigrationLoader(None).graph.nodes)


def _check_cache() -> dict[str, str]:
    try:
        copies.set("health", "ok", 60)
        return _OK if copies.get("health") == "ok" else _UNAVAILABLE
    except DatabaseError as error:  # the cache may be a table
        logger.warning("The cache is unavailable: %s", error)
        return _UNAVAILABLE


def _check_heartbeat(last: datetime | None) -> dict[str, str | None]:
    return {
        "status": "ok" if is_alive(last) else "silent",
        "as_of": last.isoformat() if last else None,
    }


def _check_hub() -> dict[str, str | None]:
    """Return what pages show of the Hub; `as_of` is the time of the last successful check."""
    try:
        availability = hub_availability.read()
    except DatabaseError:
        return {"status": "unknown", "as_of": None}
    answered_at = availability.answered_at
    if availability.is_unavailable:
        status = "unreachable"
    elif is_alive(answered_at):
        status = "ok"
    else:
        status = "unknown"  # the last check is too old
    return {"status": status, "as_of": answered_at.isoformat() if answered_at else None}
