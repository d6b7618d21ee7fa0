"""A user's last starts, last stop and last ending of a server, read together: every open page asks
for them all the time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import DateTimeField

from jupyter_integration.models import HubEvent, SpawnRequest, StopRequest
from portal.versioned_cache import forget

RECENT = 5

# One query by hand: the ORM needs two, and takes three times as long to put them together.
_RECENT_REQUESTS = """
SELECT spawn.*,
       stop.id AS stop_id, stop.created_at AS stop_created_at,
       stop.finished_at AS stop_finished_at, stop.stopped AS stop_stopped,
       stop.requested_by_id AS stop_requested_by_id,
       ending.message_id AS ending_message_id, ending.kind AS ending_kind,
       ending.happened_at AS ending_happened_at, ending.exit_status AS ending_exit_status,
       ending.last_activity AS ending_last_activity
FROM (SELECT 1 AS anyhow) AS one_row
LEFT JOIN (
    SELECT * FROM jupyter_integration_stoprequest
    WHERE user_id = %(user_id)s ORDER BY id DESC LIMIT 1
) AS stop ON TRUE
LEFT JOIN (
    SELECT * FROM jupyter_integration_spawnrequest
    WHERE user_id = %(user_id)s ORDER BY id DESC LIMIT %(recent)s
) AS spawn ON TRUE
LEFT JOIN (
    SELECT * FROM jupyter_integration_hubevent
    WHERE hub_username = (SELECT hub_username FROM accounts_user WHERE id = %(user_id)s)
      AND kind IN ('server.stopped', 'server.ended_with_hub', 'server.exited')
    ORDER BY happened_at DESC LIMIT 1
) AS ending ON TRUE
ORDER BY spawn.id DESC
"""


@dataclass(frozen=True, slots=True)
class RecentRequests:
    starts: list[SpawnRequest]  # the newest first, RECENT at most
    last_stop: StopRequest | None
    last_stop_event: HubEvent | None = None

    @property
    def last_start(self) -> SpawnRequest | None:
        return self.starts[0] if self.starts else None


def read_recent_requests(user_id: int) -> RecentRequests:
    """Return what the user last asked for, in one query."""
    parameters = {"user_id": user_id, "recent": RECENT}
    rows = list(SpawnRequest.objects.raw(_RECENT_REQUESTS, parameters))
    starts = [row for row in rows if row.pk is not None]
    return RecentRequests(starts, _stop_in(rows[0], user_id), _stop_event_in(rows[0]))


def recent_requests_key(user_id: int) -> str:
    """Return the name under which open pages remember the user's presses."""
    return f"presses:{user_id}"


def invalidate_recent_requests(user_id: int) -> None:
    """Have open pages read the user's presses anew; for whoever writes any of these rows."""
    forget(recent_requests_key(user_id))


def _stop_in(row: SpawnRequest, user_id: int) -> StopRequest | None:
    columns = vars(row)  # those of the stop too, which no field of the start's stands for
    if columns["stop_id"] is None:
        return None
    stop = StopRequest(
        id=columns["stop_id"],
        user_id=user_id,
        requested_by_id=columns["stop_requested_by_id"],
        stopped=bool(columns["stop_stopped"]),
    )
    for name in ("created_at", "finished_at"):
        setattr(stop, name, _as_moment(columns[f"stop_{name}"]))
    return stop


def _stop_event_in(row: SpawnRequest) -> HubEvent | None:
    columns = vars(row)
    happened_at = _as_moment(columns["ending_happened_at"])
    if happened_at is None:
        return None
    return HubEvent(
        message_id=columns["ending_message_id"],
        kind=columns["ending_kind"],
        happened_at=happened_at,
        exit_status=columns["ending_exit_status"],
        last_activity=_as_moment(columns["ending_last_activity"]),
    )


def _as_moment(value: datetime | str | None) -> datetime | None:
    """SQLite keeps moments as text, in UTC; PostgreSQL's are what they ought to be."""
    moment: datetime | None = DateTimeField().to_python(value)
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
