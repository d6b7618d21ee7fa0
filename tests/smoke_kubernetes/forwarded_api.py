"""Port in front of the cluster's API server, which can be closed as if that server were away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from kubernetes_asyncio.client import Configuration


class ForwardedApi:
    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Refuse connections, and end those that are open."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _forward(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        far_reader, far = await asyncio.open_connection(*self._target)
        self._writers |= {near, far}
        try:
            await asyncio.gather(_copy(near_reader, far), _copy(far_reader, near))
        finally:
            self._writers -= {near, far}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def forwarded_api() -> AsyncIterator[ForwardedApi]:
    """Lead the clients that are made from now on through the port."""
    direct = Configuration.get_default_copy()
    url = urlsplit(direct.host)
    forwarded = ForwardedApi(url.hostname or "", url.port or 443)
    await forwarded.open()
    through = Configuration.get_default_copy()
    through.host = f"{url.scheme}://127.0.0.1:{forwarded.port}"
    through.tls_server_name = url.hostname
    Configuration.set_default(through)
    try:
        yield forwarded
    finally:
        Configuration.set_default(direct)
        forwarded.close()
