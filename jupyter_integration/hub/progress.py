"""Progress of a start, read from the Hub's event stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from jupyter_integration.hub.errors import HubNotStarting, HubProtocolError, HubUnreachable
from jupyter_integration.hub.resources import BrokenResource, ProgressEvent, read_progress
from jupyter_integration.hub.responses import decode
from jupyter_integration.hub.transport import HubTransport

MAX_EVENT_SIZE = 256 * 1024  # bytes


def events_of(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    """Split a text/event-stream into the data of its events; None is a keepalive.

    All in bytes: a chunk may end within a character, a complete event never does.

    Raises:
        BrokenResource: an event is too large.
    """
    rest = b""
    data: list[bytes] = []
    size = 0
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        found = False
        for line in lines:
            line = line.removesuffix(b"\r")
            if line.startswith(b"data:"):
                data.append(line.removeprefix(b"data:").removeprefix(b" "))
                size += len(line)
            elif not line and data:
                found = True
                yield b"\n".join(data)
                data, size = [], 0
        if size + len(rest) > MAX_EVENT_SIZE:
            raise BrokenResource("an event of the progress stream is too large")
        if not found:
            yield None


def follow(
    transport: HubTransport,
    path: str,
    *,
    read_timeout: float,
    on_keepalive: Callable[[], None] | None,
) -> Iterator[ProgressEvent]:
    """Yield a start's events until it is ready or failed; see HubClient.follow_progress."""
    progress = 0
    with transport.stream(
        path,
        content_type="text/event-stream",
        # The Hub answers 400 if it has the user's server in memory, otherwise 404.
        missing=HubNotStarting,
        read_timeout=read_timeout,
    ) as stream:
        try:
            for data in events_of(stream.chunks):
                if data is None:
                    if on_keepalive is not None:
                        on_keepalive()
                    continue
                event = read_progress(decode(data), previous=progress)
                progress = event.progress
                yield event
                if event.ready or event.failed:
                    return
        except BrokenResource as broken:
            why = str(broken)
        else:
            raise stream.call.failure(HubUnreachable, "the progress ended before the start did")
        raise stream.call.failure(HubProtocolError, why, status=200)
