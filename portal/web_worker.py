"""gunicorn's threaded worker, for few threads a process (ADR 17).

It differs from gunicorn's own (27.0, gunicorn/workers/gthread.py) in four things:

- A connection takes a thread once it has begun to speak. Browsers open some in advance and say
  nothing, and gunicorn's own gives each of them a thread for up to 5 seconds.
- A process whose threads are all busy takes one new connection for each request that it finishes,
  and leaves the others to a process that may be idle. gunicorn's own takes all that wait.
- A process that is asked to end takes all that wait after all: the kernel would break them off.
- The head and the body of an answer leave together. gunicorn writes them one after the other, so
  that each answer wakes its reader twice.
"""

from __future__ import annotations

import selectors
import socket
import time
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.workers.gthread import DEFAULT_WORKER_DATA_TIMEOUT, TConn, ThreadWorker


class WebWorker(ThreadWorker):
    """All of this runs in the main thread of a web process, and `handle` alone in the others."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._requests = 0  # that have a thread, or wait for one
        self._takes_connections = True

    def accept(self, listener: socket.socket) -> None:
        super().accept(listener)
        self._takes_connections = self._requests < self.cfg.threads
        self.set_accept_enabled(self._takes_connections)

    def set_accept_enabled(self, enabled: bool) -> None:
        """The main loop calls this where connections could be taken and are not, before it waits,
        and once when the process ends.
        """
        if not self.alive:
            self._take_what_waits()
        super().set_accept_enabled(enabled and self._takes_connections)

    def enqueue_req(self, conn: TConn) -> None:
        if conn.initialized or conn.data_ready or _has_spoken(conn.sock):
            conn.data_ready = True  # there is nothing for its thread to wait for
            super().enqueue_req(conn)
            self._requests += 1
        else:
            self._wait_until_it_speaks(conn)

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        self._requests -= 1
        self._takes_connections = True
        super().finish_request(conn, fs)

    def handle(self, conn: TConn) -> Any:
        _hold_back(conn.sock, 1)
        try:
            return super().handle(conn)
        finally:
            _hold_back(conn.sock, 0)

    def _take_what_waits(self) -> None:
        """Take all connections of the kernel's queue: it breaks them off with the last process."""
        for listener in self.sockets:
            before = -1
            while before < self.nr_conns < self.worker_connections:
                before = self.nr_conns
                super().accept(listener)

    def _wait_until_it_speaks(self, conn: TConn) -> None:
        """Do at once what gunicorn does once the thread has waited for its 5 seconds."""
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + DEFAULT_WORKER_DATA_TIMEOUT
        self.pending_conns.append(conn)
        spoke = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, spoke)


def _has_spoken(connection: socket.socket) -> bool:
    try:
        connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        pass  # broken: whoever reads from it finds out, and closes it
    return True


def _hold_back(connection: socket.socket, on: int) -> None:
    """Have the kernel wait for full packets, or send what it held back (TCP_CORK in tcp(7))."""
    with suppress(OSError):  # closed meanwhile, or not TCP
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, on)
