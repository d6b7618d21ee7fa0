"""Network access of a user's container. docs/security.md has the same table."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.people import somebody
from tests.smoke import engine
from tests.smoke.people import sign_up_and_start
from tests.smoke.stack import Stack, container_of

# Name and port of services in other containers.
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
    """The containers of two people."""
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


def test_users_container_resolves_only_hub_and_proxy(
    two_people: tuple[str, str],
) -> None:
    assert reached_from(two_people[0], REACHED | OUT_OF_REACH) == REACHED


def test_users_container_reaches_no_other_address(
    stack: Stack, two_people: tuple[str, str]
) -> None:
    """Without DNS, code can still connect to addresses."""
    edge = {("edge", stack.portal_port), ("edge", stack.hub_port)}
    places = {
        (address, port)
        for service, port in OUT_OF_REACH | edge
        for address in addresses_of(f"shaparak-{service}")
    }

    assert len(places) >= len(OUT_OF_REACH)
    assert reached_from(two_people[0], places) == set()
    # The same address answers in the network where it is needed.
    own = {(address, 5432) for address in addresses_of("shaparak-postgres")}
    assert reached_from("shaparak-jupyterhub", own)


def test_proxy_api_refuses_a_users_container(two_people: tuple[str, str]) -> None:
    program = """
import http.client, json
connection = http.client.HTTPConnection("proxy", 8001, timeout=5)
connection.request("GET", "/api/routes", headers={"Authorization": "token made-up"})
print(json.dumps(connection.getresponse().status))
"""

    assert engine.run_inside(two_people[0], program) == 403


def test_another_persons_server_refuses_strangers(
    two_people: tuple[str, str],
) -> None:
    """All users' containers share one network; each server requires a sign-in."""
    sara, omid = two_people
    (address,) = addresses_of(omid)
    program = f"""
import http.client, json
connection = http.client.HTTPConnection("{address}", 8888, timeout=5)
connection.request("GET", "/user/{omid.removeprefix("shaparak-jupyter-")}/api/contents")
print(json.dumps(connection.getresponse().status))
"""

    assert engine.run_inside(sara, program) == 403
    listening = reached_from(sara, {(address, port) for port in range(1, 10_000)})
    assert listening == {(address, 8888)}


def test_users_container_has_no_privileges_or_secrets(
    stack: Stack, two_people: tuple[str, str]
) -> None:
    program = """
import json, os, pathlib
status = pathlib.Path("/proc/self/status").read_text().split()
print(json.dumps({
    "user": os.getuid(),
    "capabilities": status[status.index("CapEff:") + 1],
    "no_new": status[status.index("NoNewPrivs:") + 1],
    "environment": "\\n".join(os.environ.values()),
    "socket": os.path.exists("/var/run/docker.sock"),
}))
"""
    found = engine.run_inside(two_people[0], program)

    assert (found["user"], int(found["capabilities"], 16), found["no_new"]) == (
        1000,
        0,
        "1",
    )
    assert found["socket"] is False
    for name in ("SECRET_KEY", "JUPYTERHUB_API_TOKEN", "POSTGRES_PASSWORD", "WEBHOOK_SECRET"):
        assert stack.setting(name) not in found["environment"]
