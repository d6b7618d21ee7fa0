"""What gunicorn does with connections, where the portal's own worker class differs from its."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from jupyter_integration.testing.free_ports import free_ports
from jupyter_integration.testing.waiting import wait_for
from portal.tests.answering_app import LENGTH

REPOSITORY = Path(__file__).resolve().parent.parent.parent
THREADS = 2
SILENCE_SECONDS = 5.0  # for so long gunicorn's own keeps a thread for a silent connection
HELD_BACK_SECONDS = 0.2  # for so long Linux waits for a full packet, unless it is told to send

Connect = Callable[[], socket.socket]


@pytest.fixture
def connections() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@contextmanager
def served(connections: ExitStack, *, processes: int) -> Iterator[Connect]:
    """Serve the answering app, and give what opens one more connection to it."""
    [port] = free_ports(1)
    command = [
        *(sys.executable, "-m", "gunicorn", "portal.tests.answering_app"),
        *("--worker-class", "portal.web_worker.WebWorker", "--no-control-socket"),
        *("--workers", str(processes), "--threads", str(THREADS), "--bind", f"127.0.0.1:{port}"),
    ]

    def connect() -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        return connections.enter_context(connection)

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.DEVNULL) as gunicorn:
        try:
            wait_for(listens)
            yield connect
        finally:
            gunicorn.send_signal(signal.SIGQUIT)  # at once


def ask(connection: socket.socket) -> int:
    """The process that answered."""
    send(connection, "/")
    return read_process(connection)


def connect_and_send(connect: Connect, path: str) -> socket.socket:
    """A new connection that has begun to speak."""
    connection = connect()
    send(connection, path)
    return connection


def read_process(connection: socket.socket) -> int:
    return int(read(connection).partition(b"\r\n\r\n")[2])


def send(connection: socket.socket, path: str) -> None:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode("ascii"))


def read(connection: socket.socket) -> bytes:
    answer = b""
    while len(answer.partition(b"\r\n\r\n")[2]) < LENGTH:
        piece = connection.recv(65536)
        assert piece, "The connection was closed."
        answer += piece
    return answer


def two_processes(connect: Connect) -> tuple[int, int]:
    answered: set[int] = set()

    def ask_anew() -> bool:
        with connect() as connection:
            answered.add(ask(connection))
        return len(answered) == 2

    wait_for(ask_anew)
    one, other = answered
    return one, other


def test_what_comes_together_is_left_to_the_process_that_has_a_thread_for_it(
    connections: ExitStack,
) -> None:
    with served(connections, processes=2) as connect:
        held, free = two_processes(connect)
        os.kill(held, signal.SIGSTOP)
        try:
            asked = [connect_and_send(connect, "/slow") for _ in range(8)]
            select.select(asked, [], [], 30)  # until the first is answered
        finally:
            os.kill(held, signal.SIGCONT)
        answered = Counter(read_process(connection) for connection in asked)

    assert set(answered) == {held, free}
    assert answered[held] >= THREADS


def test_a_connection_that_says_nothing_takes_no_thread(connections: ExitStack) -> None:
    with served(connections, processes=1) as connect:
        for _ in range(2 * THREADS):
            connect()
        speaks = connect()
        speaks.settimeout(SILENCE_SECONDS / 2)

        assert ask(speaks)


def test_a_connection_that_was_silent_is_answered_once_it_speaks(connections: ExitStack) -> None:
    with served(connections, processes=1) as connect:
        silent = connect()
        process = ask(connect())  # so that the silent one has been looked at

        assert ask(silent) == process
        assert ask(silent) == process  # and is kept


def test_a_connection_that_breaks_off_does_no_harm(connections: ExitStack) -> None:
    with served(connections, processes=1) as connect:
        process = ask(connect())
        for said in (b"", b"GET / HT"):
            broken = connect()
            broken.sendall(said)
            broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            broken.close()  # by a reset

        assert ask(connect()) == process


def test_the_head_and_the_body_of_an_answer_come_at_once_in_one_piece(
    connections: ExitStack,
) -> None:
    with served(connections, processes=1) as connect:
        connection = connect()
        began = time.monotonic()
        for _ in range(20):
            send(connection, "/")
            head, _, body = connection.recv(65536).partition(b"\r\n\r\n")

            assert head.startswith(b"HTTP/1.1 200 OK")
            assert len(body) == LENGTH
        assert time.monotonic() - began < 20 * HELD_BACK_SECONDS / 2


def test_who_waits_when_gunicorn_is_asked_to_end_gets_the_answer(
    connections: ExitStack, tmp_path: Path
) -> None:
    begun = [tmp_path / str(number) for number in range(THREADS)]
    with served(connections, processes=1) as connect:
        process = ask(connect())
        asked = [connect_and_send(connect, f"/slow?{file}") for file in begun]
        wait_for(lambda: all(file.exists() for file in begun))
        # No thread is free for these.
        asked += [connect_and_send(connect, "/slow") for _ in range(2 * THREADS)]
        os.kill(parent_of(process), signal.SIGTERM)

        assert [read_process(connection) for connection in asked] == [process] * 3 * THREADS


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
