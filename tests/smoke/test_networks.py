"""Network access of a user's container. docs/security.md has the same table."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from deploy.server_firewall.ruleset import TABLE
from jupyter_integration.testing.waiting import wait_for
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


# ── Private addresses and the host ──────────────────────────────────────────────────────────────

# Connect to each address and port; return the number of the error, or 0.
TRY = """
import json, socket, sys
def error_of(place):
    try:
        socket.create_connection(place, timeout=3).close()
    except OSError as error:
        return error.errno or -1
    return 0
print(json.dumps([error_of(place) for place in json.load(sys.stdin)]))
"""
REFUSED_BY_THE_RULES = errno.EHOSTUNREACH  # "administratively prohibited", at once
METADATA = "169.254.169.254"
INTERNET = "203.0.113.1"  # for documentation (RFC 5737): it belongs to nobody


@pytest.fixture
def listener() -> Iterator[int]:
    """A port on which this host listens on every address."""
    with socket.create_server(("", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def campus() -> Iterator[str]:
    """The address of a container in another network, which listens on port 8888."""
    name = "campus-of-the-smoke-test"
    engine.docker("network", "create", "--subnet", "10.213.7.0/24", name)
    serve = ["python", "-m", "http.server", "8888"]
    engine.docker(
        "run", "--detach", "--name", name, "--network", name, "shaparak-user-server", *serve
    )
    yield "10.213.7.2"
    engine.docker("rm", "--force", "--volumes", name)
    engine.docker("network", "rm", name)


def errors_at(container: str, *places: tuple[str, int]) -> list[int]:
    found: list[int] = engine.run_inside(container, TRY, places)
    return found


def gateway_of(container: str) -> str:
    (network,) = engine.inspect(container)["NetworkSettings"]["Networks"].values()
    gateway: str = network["Gateway"]
    return gateway


def own_address() -> str:
    """Return the address of this host in the network of its default route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((INTERNET, 9))  # sends nothing
        address: str = probe.getsockname()[0]
    return address


def nft(*arguments: str) -> str:
    return engine.docker("exec", "shaparak-firewall", "nft", *arguments)


def refused_packets() -> int:
    table = nft("list", "table", *TABLE.split())
    return sum(map(int, re.findall(r"counter packets ([0-9]+) ", table)))


def test_notebook_reaches_no_private_address(two_people: tuple[str, str], campus: str) -> None:
    before = refused_packets()
    places = [(METADATA, 80), (campus, 8888), ("192.168.77.7", 443), ("100.100.100.200", 80)]

    assert errors_at(two_people[0], *places) == [REFUSED_BY_THE_RULES] * len(places)
    assert refused_packets() - before >= len(places)


def test_notebook_reaches_the_internet(two_people: tuple[str, str]) -> None:
    """As far as the rules are concerned: nobody answers at this address."""
    before = refused_packets()

    errors_at(two_people[0], (INTERNET, 443))

    assert refused_packets() == before


def test_notebook_does_not_reach_the_host(two_people: tuple[str, str], listener: int) -> None:
    """Docker's networks lead to every address of the host."""
    saras = two_people[0]
    places = [(gateway_of(saras), listener), (own_address(), listener)]

    assert errors_at(saras, *places) == [REFUSED_BY_THE_RULES] * 2

    engine.docker("kill", "--signal=STOP", "shaparak-firewall")  # it would restore them
    try:
        nft("delete", "table", *TABLE.split())
        assert errors_at(saras, *places) == [0, 0]
    finally:
        engine.docker("kill", "--signal=CONT", "shaparak-firewall")
    wait_for(lambda: f"table {TABLE}" in nft("list", "tables"), seconds=20)
    assert errors_at(saras, *places) == [REFUSED_BY_THE_RULES] * 2


def test_hub_and_proxy_are_open_beside_the_rules(two_people: tuple[str, str]) -> None:
    assert f"table {TABLE}" in nft("list", "tables")
    assert reached_from(two_people[0], REACHED) == REACHED


def test_rules_outlive_a_stopped_stack(stack: Stack, two_people: tuple[str, str]) -> None:
    """`docker compose stop` leaves users' servers running."""
    stack.compose("stop", "firewall")
    try:
        assert errors_at(two_people[0], (METADATA, 80)) == [REFUSED_BY_THE_RULES]
    finally:
        stack.compose("up", "--detach", "--wait", "firewall")
