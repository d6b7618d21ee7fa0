"""What code in a person's container reaches. docs/security.md has the same table."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.people import somebody
from tests.smoke import engine
from tests.smoke.people import sign_up_and_start
from tests.smoke.stack import Stack, container_of

# Name and port of what other containers offer; how a person's container sees it.
REACHED = {("jupyterhub", 8081), ("proxy", 8000), ("proxy", 8001)}
OUT_OF_REACH = {
    ("postgres", 5432),
    ("redis", 6379),
    ("socket-guard", 2375),
    ("portal", 8080),
    ("edge", 2020),
}

CONNECT = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor
def answers(place):
    try:
        socket.create_connection(place, timeout=2).close()
    except OSError:
        return False
    return True
places = json.load(sys.stdin)
with ThreadPoolExecutor(32) as several:
    print(json.dumps([place for place, yes in zip(places, several.map(answers, places)) if yes]))
"""


@pytest.fixture(scope="module")
def two_people(stack: Stack, browser: Browser) -> tuple[str, str]:
    """The containers of two people at work."""
    containers = []
    for name in ("sara", "omid"):
        person = somebody(name)
        context = browser.new_context()
        page = context.new_page()
        sign_up_and_start(page, person, stack)
        context.close()
        containers.append(container_of(person.username))
    first, second = containers
    return first, second


def reached_from(container: str, places: set[tuple[str, int]]) -> set[tuple[str, int]]:
    reached = engine.run_inside(container, CONNECT, sorted(places))
    return {(host, port) for host, port in reached}


def addresses_of(container: str) -> list[str]:
    networks = engine.inspect(container)["NetworkSettings"]["Networks"]
    return [network["IPAddress"] for network in networks.values()]


def test_a_persons_container_finds_the_hub_and_the_proxy_by_name_and_nothing_else(
    two_people: tuple[str, str],
) -> None:
    assert reached_from(two_people[0], REACHED | OUT_OF_REACH) == REACHED


def test_nor_does_it_reach_anything_else_by_address(
    stack: Stack, two_people: tuple[str, str]
) -> None:
    """Names are only a convenience: whoever knows addresses needs none."""
    edge = {("edge", stack.portal_port), ("edge", stack.hub_port)}
    places = {
        (address, port)
        for service, port in OUT_OF_REACH | edge
        for address in addresses_of(f"shaparak-{service}")
    }

    assert len(places) >= len(OUT_OF_REACH)
    assert reached_from(two_people[0], places) == set()
    # The same places do answer where somebody has business there.
    own = {(address, 5432) for address in addresses_of("shaparak-postgres")}
    assert reached_from("shaparak-jupyterhub", own)


def test_the_proxys_own_interface_takes_no_orders_from_there(two_people: tuple[str, str]) -> None:
    ask = """
import http.client, json
connection = http.client.HTTPConnection("proxy", 8001, timeout=5)
connection.request("GET", "/api/routes", headers={"Authorization": "token made-up"})
print(json.dumps(connection.getresponse().status))
"""

    assert engine.run_inside(two_people[0], ask) == 403


def test_another_persons_server_is_within_reach_and_refuses_strangers(
    two_people: tuple[str, str],
) -> None:
    """All share one network. What keeps them apart there is the server's own sign-in."""
    sara, omid = two_people
    (address,) = addresses_of(omid)
    ask = f"""
import http.client, json
connection = http.client.HTTPConnection("{address}", 8888, timeout=5)
connection.request("GET", "/user/{omid.removeprefix("shaparak-jupyter-")}/api/contents")
print(json.dumps(connection.getresponse().status))
"""

    assert engine.run_inside(sara, ask) == 403
    listening = reached_from(sara, {(address, port) for port in range(1, 10_000)})
    assert listening == {(address, 8888)}


def test_a_persons_container_has_neither_rights_nor_secrets_of_the_stack(
    stack: Stack, two_people: tuple[str, str]
) -> None:
    ask = """
import json, os, pathlib
status = pathlib.Path("/proc/self/status").read_text().split()
print(json.dumps({
    "user": os.getuid(),
    "rights": status[status.index("CapEff:") + 1],
    "new rights": status[status.index("NoNewPrivs:") + 1],
    "environment": "\\n".join(os.environ.values()),
    "socket": os.path.exists("/var/run/docker.sock"),
}))
"""
    told = engine.run_inside(two_people[0], ask)

    assert (told["user"], int(told["rights"], 16), told["new rights"]) == (1000, 0, "1")
    assert told["socket"] is False
    for name in ("SECRET_KEY", "JUPYTERHUB_API_TOKEN", "POSTGRES_PASSWORD", "WEBHOOK_SECRET"):
        assert stack.setting(name) not in told["environment"]
