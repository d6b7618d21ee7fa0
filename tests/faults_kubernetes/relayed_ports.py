"""Ports of a pod, relayed to this machine without the API server and the kubelet."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from functools import partial

from jupyter_integration.testing.probes import listens
from tests.smoke_kubernetes.cluster import Namespace, wait_until

CHUNK = 65536  # bytes


class RelayedPorts:
    """Relay to the pod's own address, which the nodes of a cluster reach."""

    def __init__(self, namespace: Namespace, selector: str, *ports: int) -> None:
        self._namespace, self._selector, self._ports = namespace, selector, ports
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def open(self) -> None:
        path = "--output=jsonpath={.items[0].status.podIP}"
        address = self._namespace.kubectl("get", "pods", "--selector", self._selector, path)
        self._thread.start()
        for port in self._ports:
            listening = asyncio.start_server(partial(_relay, address, port), "127.0.0.1", port)
            asyncio.run_coroutine_threadsafe(listening, self._loop).result(timeout=10)
        wait_until(lambda: all(map(listens, self._ports)), "relayed ports")

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread.is_alive():
            self._thread.join(timeout=10)


async def _relay(
    address: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    with suppress(OSError):
        to_reader, to_writer = await asyncio.open_connection(address, port)
        await asyncio.gather(_copy(reader, to_writer), _copy(to_reader, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await source.read(CHUNK):
            target.write(chunk)
            await target.drain()
    target.close()
