"""Streams and the breaker: they count while they connect, and not afterwards."""

from __future__ import annotations

import pytest

from jupyter_integration.hub.errors import HubCircuitOpen, HubStarting, HubUnreachable
from jupyter_integration.testing import FakeHub, Spawn
from jupyter_integration.testing.memory_store import MemoryStore
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.hub.breaker.calling import Connect, fail
from jupyter_integration.tests.hub.peer import Connection, Peer, answering


class TestProgress:
    def test_stream_counts_only_while_it_connects(
        self, fake_hub: FakeHub, shared_store: MemoryStore, connect: Connect
    ) -> None:
        """Reading and closing the stream make no call to the store."""
        fake_hub.add_user("sara")
        fake_hub.script_all(Spawn(seconds=30))
        hub = connect(fake_hub.api_url)
        hub.start_server("sara")
        for _ in range(5):
            events = hub.follow_progress("sara")
            next(events)
            calls = shared_store.calls
            events.close()
            assert shared_store.calls == calls

        assert not hub.is_blocked

    def test_broken_streams_do_not_open_the_breaker(self, connect: Connect) -> None:
        def play(connection: Connection) -> None:
            connection.read_request()
            connection.begin_chunks()
            connection.send_chunks(b'data: {"progress": 10, "message": "m"}\n\n')

        with Peer(play) as peer:
            hub = connect(peer.api_url)
            for _ in range(5):
                with pytest.raises(HubUnreachable):
                    list(hub.follow_progress("sara"))

            assert not hub.is_blocked

    def test_unconnected_streams_open_the_breaker(self, connect: Connect) -> None:
        with Peer(answering("503 Service Unavailable", b"Service Unavailable")) as peer:
            hub = connect(peer.api_url)
            for _ in range(3):
                with pytest.raises(HubStarting):
                    list(hub.follow_progress("sara"))
            before = len(peer.requests)
            with pytest.raises(HubCircuitOpen):
                list(hub.follow_progress("sara"))

            assert len(peer.requests) == before

    def test_connected_stream_as_probe_closes_the_breaker(
        self, fake_hub: FakeHub, connect: Connect
    ) -> None:
        fake_hub.add_user("sara")
        hub = connect(fake_hub.api_url)
        fake_hub.down()
        fail(hub)
        fake_hub.up()
        fake_hub.start_behind_the_portal("sara")
        wait_for(lambda: not hub.is_blocked)
        list(hub.follow_progress("sara"))

        assert hub.get_user("sara").server is not None
