"""Circuit breaker while the Hub accepts connections and never answers."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubCircuitOpen, HubTimeout
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.hub.breaker.calling import Connect, fail
from jupyter_integration.tests.hub.peer import Connection, Peer


def time_out(hub: HubClient) -> None:
    """By a change: a read would be tried three times."""
    with pytest.raises(HubTimeout):
        hub.create_user("sara")


def hold(connection: Connection) -> None:
    """Accept the call and send nothing."""
    connection.read_request()
    connection.wait_until_closed(30)


class TestBlackHole:
    """A Hub that takes calls and answers none."""

    def test_other_calls_are_refused_while_a_probe_hangs(self, connect: Connect) -> None:
        with Peer(hold) as peer:
            hubs = [connect(peer.api_url, read_timeout=1.0, connect_timeout=0.5) for _ in range(2)]
            with ThreadPoolExecutor(3) as threads:
                list(threads.map(time_out, hubs[:1] * 3))
            wait_for(lambda: not hubs[0].is_blocked)
            before = len(peer.requests)

            probing = threading.Thread(target=fail, args=(hubs[0], 1))
            probing.start()
            wait_for(lambda: hubs[1].is_blocked)
            began = time.monotonic()
            for hub in hubs * 10:
                with pytest.raises(HubCircuitOpen):
                    hub.get_user("sara")
            took = time.monotonic() - began
            probing.join()

            assert took < 0.5
            assert len(peer.requests) == before + 1

    def test_hung_calls_do_not_block_a_returned_hub(self, connect: Connect) -> None:
        is_back = threading.Event()

        def play(connection: Connection) -> None:
            while connection.read_request():
                if not is_back.is_set():
                    connection.wait_until_closed(30)
                    return
                connection.answer("200 OK", b'{"version": "6.1.1"}')

        with Peer(play) as peer:
            quick = connect(peer.api_url, read_timeout=0.2)
            slow = connect(peer.api_url, read_timeout=2.0)
            with ThreadPoolExecutor(8) as threads:
                hanging = [threads.submit(time_out, slow) for _ in range(8)]
                wait_for(lambda: len(peer.requests) == 8)
                for _ in range(3):
                    time_out(quick)
                assert quick.is_blocked
                is_back.set()
                wait_for(lambda: not quick.is_blocked)
                assert quick.get_version() == "6.1.1"
                for call in hanging:
                    call.result()

            assert not quick.is_blocked
