"""Is this process fit to serve (/health), and is the whole portal (/health/ready)?"""

import logging
from datetime import datetime
from functools import cache as cache_forever
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jupyter_integration.status import hub_availability
from portal.heartbeats import PARTS, is_alive, last_heartbeats

logger = logging.getLogger(__name__)

_OK = {"status": "ok"}
_AWAY = {"status": "unavailable"}


@require_safe
@never_cache
def show_health(request: HttpRequest) -> JsonResponse:
    """200 while this process serves and its database answers. Restarting us mends no Hub, so the
    Hub's state is told and decides nothing.
    """
    database = _check_database()
    components = {"process": _OK, "database": database, "hub": _check_hub()}
    return _answer(components, is_ok=database is _OK)


@require_safe
@never_cache
def show_readiness(request: HttpRequest) -> JsonResponse:
    """200 when database, tables and cache are there; tells the age of every other part's life."""
    database = _check_tables()
    components: dict[str, Any] = {"database": database, "cache": _check_cache()}
    is_ok = database is _OK and components["cache"] is _OK
    if is_ok:
        beats = last_heartbeats()
        components |= {part: _check_heartbeat(beats.get(part)) for part in PARTS}
        components["hub"] = _check_hub()
    return _answer(components, is_ok=is_ok)


def _answer(components: dict[str, Any], *, is_ok: bool) -> JsonResponse:
    status = "ok" if is_ok else "unavailable"
    return JsonResponse({"status": status, "components": components}, status=200 if is_ok else 503)


def _check_database() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("The database does not answer: %s", error)
        return _AWAY
    return _OK


def _check_tables() -> dict[str, str]:
    try:
        if _own_migrations() - MigrationRecorder(connection).applied_migrations().keys():
            return {"status": "migrations missing"}
    except DatabaseError as error:
        logger.warning("The database does not answer: %s", error)
        return _AWAY
    return _OK


@cache_forever
def _own_migrations() -> frozenset[tuple[str, str]]:
    """Those of this program: they do not change while it runs, and finding them is dear."""
    return frozenset(MigrationLoader(None).graph.nodes)


def _check_cache() -> dict[str, str]:
    try:
        cache.set("health", "ok", 60)
        return _OK if cache.get("health") == "ok" else _AWAY
    except DatabaseError as error:  # the cache may be a table
        logger.warning("The cache does not answer: %s", error)
        return _AWAY


def _check_heartbeat(moment: datetime | None) -> dict[str, str | None]:
    return {
        "status": "ok" if is_alive(moment) else "silent",
        "as_of": moment.isoformat() if moment else None,
    }


def _check_hub() -> dict[str, str | None]:
    """What pages tell of the Hub as well; `as_of` is when a look at it last went well."""
    try:
        contact = hub_availability.read()
    except DatabaseError:
        return {"status": "unknown", "as_of": None}
    answered_at = contact.answered_at
    if contact.is_unavailable:
        status = "unreachable"
    elif is_alive(answered_at):
        status = "ok"
    else:
        status = "unknown"  # nobody looked
    return {"status": status, "as_of": answered_at.isoformat() if answered_at else None}
