"""Resources of the Hub: users, servers and events, parsed strictly from its responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Literal, TypeAlias, cast

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
Pending: TypeAlias = Literal["spawn", "stop"]

HIGHEST_EXIT_STATUS = 255  # a byte, on every Unix
MAX_SENTENCE = 255  # characters


class BrokenResource(ValueError):
    """A response is malformed; the message names the field and never its value."""


class ServerUnderCheck(ValueError):
    """A restarted Hub has not checked yet whether this server still runs."""


@dataclass(frozen=True, slots=True)
class Server:
    """A user's default server: trust `ready` and `pending`, not the status of a call."""

    ready: bool
    pending: Pending | None
    url: str
    started: datetime | None
    last_activity: datetime | None
    stopped: bool

    @property
    def is_active(self) -> bool:
        """Whether the server runs, starts or stops."""
        return self.ready or self.pending is not None


STOPPED_SERVER = Server(
    ready=False, pending=None, url="", started=None, last_activity=None, stopped=True
)


@dataclass(frozen=True, slots=True)
class HubUser:
    """A user of the Hub; `server` is None when the Hub lists no default server."""

    name: str
    admin: bool
    server: Server | None
    last_activity: datetime | None
    created: datetime | None


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """One step of a start; the last one of a stream is `ready` or `failed`."""

    progress: int
    message: str
    ready: bool
    failed: bool
    url: str | None


@dataclass(frozen=True, slots=True)
class HubEventPayload:
    """Payload of the Hub's webhook, as jupyterhub/portal_events.py sends it.

    `exit_status` is that of a process that ended by itself, 128 + N for signal N, None if unknown.
    `reason` and `message` are those of Kubernetes, empty if it ended nothing.
    `last_activity` is the server's before it was stopped.
    """

    kind: str
    happened_at: datetime
    username: str
    server_name: str
    exit_status: int | None
    last_activity: datetime | None
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class UserPage:
    """One page of the list of users; `next_offset` is None on the last page."""

    users: tuple[HubUser, ...]
    next_offset: int | None


def read_user(data: JSON) -> HubUser:
    """Read one user.

    Raises:
        BrokenResource: a field is missing or has another type.
        ServerUnderCheck: the Hub has not checked yet whether the user's server runs.
    """
    fields = _object(data, "the user")
    servers = fields.get("servers")
    if not isinstance(servers, dict):
        raise BrokenResource("'servers' is missing: does the token have the scope 'servers'?")
    return HubUser(
        name=_text(fields, "name"),
        admin=_flag(fields, "admin"),
        server=read_server(servers[""]) if "" in servers else None,
        last_activity=_time(fields, "last_activity"),
        created=_time(fields, "created"),
    )


def read_server(data: JSON) -> Server:
    """Read one server; raises the same as `read_user`."""
    fields = _object(data, "the server")
    return Server(
        ready=_flag(fields, "ready"),
        pending=_pending(fields),
        url=_text(fields, "url"),
        started=_time(fields, "started"),
        last_activity=_time(fields, "last_activity"),
        stopped=_flag(fields, "stopped"),
    )


def read_user_page(data: JSON) -> UserPage:
    """Read one page of users; raises the same as `read_user`."""
    fields = _object(data, "the page")
    items = fields.get("items")
    if not isinstance(items, list):
        raise BrokenResource("'items' is not a list")
    following = _object(fields.get("_pagination"), "'_pagination'").get("next")
    return UserPage(
        users=tuple(read_user(item) for item in items),
        next_offset=None if following is None else _count(_object(following, "'next'"), "offset"),
    )


def read_version(data: JSON) -> str:
    """Read the Hub's version."""
    return _text(_object(data, "the answer"), "version")


def read_progress(data: JSON, *, previous: int) -> ProgressEvent:
    """Read one event of a progress stream.

    A spawner writes these events and may omit the percentage: then it is `previous`.

    Raises:
        BrokenResource: a field has the wrong type.
    """
    fields = _object(data, "the event")
    progress = fields.get("progress", previous)
    if isinstance(progress, bool) or not isinstance(progress, int | float):
        raise BrokenResource("'progress' is not a number")
    url = fields.get("url")
    if url is not None and not isinstance(url, str):
        raise BrokenResource("'url' is not a text")
    message = fields.get("message", "")
    if not isinstance(message, str):
        raise BrokenResource("'message' is not a text")
    return ProgressEvent(
        # max and min first: JSON knows infinite numbers, and int() does not.
        progress=int(max(0, min(100, progress))),
        message=message,
        ready="ready" in fields and _flag(fields, "ready"),
        failed="failed" in fields and _flag(fields, "failed"),
        url=url,
    )


def read_event(data: JSON) -> HubEventPayload:
    """Read one event; optional fields may be missing.

    Raises:
        BrokenResource: a field is missing, has another type, or is too long for its column.
    """
    fields = _object(data, "the event")
    about = _object(fields.get("data"), "'data'")
    happened_at = _time(fields, "timestamp")
    if happened_at is None:
        raise BrokenResource("'timestamp' is null")
    return HubEventPayload(
        kind=_word(fields, "type", longest=64),
        happened_at=happened_at,
        username=_word(about, "username"),
        server_name=_word(about, "server_name") if about.get("server_name") else "",
        exit_status=_exit_status(about),
        reason=_word(about, "reason", longest=64) if about.get("reason") else "",
        message=_sentence(about, "message"),
        last_activity=_time(about, "last_activity") if "last_activity" in about else None,
    )


def _object(data: JSON, what: str) -> dict[str, JSON]:
    if not isinstance(data, dict):
        raise BrokenResource(f"{what} is not an object")
    return data


def _text(fields: Mapping[str, JSON], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not value:
        raise BrokenResource(f"{key!r} is not a text")
    return value


def _word(fields: Mapping[str, JSON], key: str, *, longest: int = 255) -> str:
    value = _text(fields, key)
    # JSON can contain half a character (\ud800), which no database stores.
    if len(value) > longest or any(
        letter < " " or "\ud800" <= letter <= "\udfff" for letter in value
    ):
        raise BrokenResource(f"{key!r} is too long, or has control characters")
    return value


def _sentence(fields: Mapping[str, JSON], key: str) -> str:
    """Return the text in one line, cut to MAX_SENTENCE; it may be missing."""
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BrokenResource(f"{key!r} is not a text")
    printable = "".join(letter if letter.isprintable() else " " for letter in value)
    return " ".join(printable.split())[:MAX_SENTENCE]


def _flag(fields: Mapping[str, JSON], key: str) -> bool:
    value = fields.get(key)
    if not isinstance(value, bool):
        raise BrokenResource(f"{key!r} is not true or false")
    return value


def _count(fields: Mapping[str, JSON], key: str) -> int:
    value = fields.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BrokenResource(f"{key!r} is not a count")
    return value


def _exit_status(fields: Mapping[str, JSON]) -> int | None:
    if fields.get("exit_status") is None:
        return None
    status = _count(fields, "exit_status")
    if status > HIGHEST_EXIT_STATUS:
        raise BrokenResource("'exit_status' is too high")
    return status


def _time(fields: Mapping[str, JSON], key: str) -> datetime | None:
    value = fields.get(key, "")
    if value is None:
        return None
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            # At both ends of the calendar a change of the zone overflows.
            if moment.tzinfo is not None and MINYEAR < moment.year < MAXYEAR:
                return moment
    raise BrokenResource(f"{key!r} is not a time with a zone")


def _pending(fields: Mapping[str, JSON]) -> Pending | None:
    value = fields.get("pending", "")
    if value is None or value in ("spawn", "stop"):
        return cast("Pending | None", value)
    if value == "check":
        raise ServerUnderCheck("the Hub still checks whether this server runs")
    raise BrokenResource("'pending' is none of null, 'spawn', 'stop'")
