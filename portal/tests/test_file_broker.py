"""Broker of files: readers get every message complete."""

import threading
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection, Exchange, Queue

from portal import file_broker
from portal.database_settings import broker_options

WRITERS = 3
MESSAGES = 300


@pytest.fixture
def connect(tmp_path: Path):
    for folder in ("messages", "control"):
        (tmp_path / folder).mkdir()
    connections = []

    def connect_once() -> Connection:
        connection = Connection(
            f"{file_broker.SCHEME}://localhost//",
            transport_options=broker_options("", tmp_path),
        )
        connections.append(connection)
        return connection

    yield connect_once
    for connection in connections:
        connection.close()


def run_together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_unfinished_message_is_invisible(connect) -> None:
    """kombu's own files exist before their content does, which ends a Celery worker."""
    writer, reader = connect().channel(), connect().channel()

    class ReadMeanwhile:
        def __json__(self) -> str:
            with pytest.raises(Empty):
                reader._get("starts")
            return "whole"

    writer._put("starts", {"body": ReadMeanwhile()})

    assert reader._get("starts") == {"body": "whole"}


def test_reader_gets_every_message_of_concurrent_writers(connect) -> None:
    def write(writer: int) -> None:
        channel = connect().channel()
        for number in range(MESSAGES):
            channel._put("starts", {"body": f"{writer} {number}"})

    reader = connect().channel()
    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    everything = threading.Thread(target=run_together, args=(writers,))
    everything.start()
    read = []
    while everything.is_alive() or reader._size("starts"):
        try:
            read.append(reader._get("starts")["body"])
        except Empty:
            continue

    assert len(set(read)) == len(read) == WRITERS * MESSAGES


def test_queues_can_be_bound_concurrently(connect) -> None:
    """At a first start, web and workers declare the same queues at the same moment."""
    errors = []

    def declare() -> None:
        try:
            for number in range(100):
                with connect() as connection, connection.channel() as channel:
                    exchange = Exchange(f"e{number}", type="direct")
                    Queue(f"q{number}", exchange, f"k{number}").declare(channel=channel)
                    channel.get_table(f"e{number}")
        except ValueError as error:
            errors.append(error)

    run_together([threading.Thread(target=declare) for _number in range(4)])

    assert errors == []


def test_sent_message_is_received(connect) -> None:
    with connect() as connection, connection.SimpleQueue("default") as queue:
        queue.put({"id": 7})
        message = queue.get(timeout=5)
        message.ack()

    assert message.payload == {"id": 7}
