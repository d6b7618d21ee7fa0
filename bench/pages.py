"""Cost of pages: compared with an unaltered Hub's, and with 100,000 accounts.

The portal runs as on a real host, on PostgreSQL and Redis, with 2 web workers of 4 threads. The Hub
is unaltered, behind npm's configurable-http-proxy. Requests to both go through the edge. Eight
clients alternate between the two every few seconds, so that other load on the machine affects both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.crowd import second_portal
from bench.hub_pages import home_page
from bench.load import Clients, GetRequest, Measured, alternate
from bench.report import Row
from bench.running_copy import RunningCopy
from bench.signed_in import SignedIn

CLIENTS = 8
PEOPLE = 100
STATUS_PEOPLE = 200  # so many that nobody reaches the rate limit of the API
ROUNDS = 6
ROUND_SECONDS = 3.0
CROWD = 100_000


def measure(folder: Path) -> Iterator[Row]:
    with RunningCopy.start(folder) as copy, Clients(CLIENTS) as clients:
        people = copy.sign_in(PEOPLE)
        dashboards = [_get(copy.portal_url, "/dashboard/", person) for person in people]
        yield from _beside_hub_home(clients, dashboards, copy.hub_url, people)
        queries = copy.run(["-m", "bench.count_queries", people[0].session])
        yield Row(name="queries for a dashboard", value=int(queries), unit="", target=2)
        with second_portal(copy, folder / "crowd", accounts=CROWD) as crowded_url:
            crowded = [_get(crowded_url, "/dashboard/", person) for person in people]
            yield from _few_and_many(clients, dashboards, crowded)
        yield from _beside_hub_api(clients, copy, copy.sign_in(STATUS_PEOPLE))


def _get(portal_url: str, path: str, person: SignedIn) -> GetRequest:
    return GetRequest(f"{portal_url}{path}", {"Cookie": person.cookie})


def _beside_hub_home(
    clients: Clients, dashboards: Sequence[GetRequest], hub_url: str, people: Sequence[SignedIn]
) -> Iterator[Row]:
    homes = [home_page(hub_url, person.hub_username) for person in people[:CLIENTS]]
    portal, hub = alternate(clients, [dashboards, homes], rounds=ROUNDS, seconds=ROUND_SECONDS)
    yield from _rates("dashboard", portal, "/hub/home", hub, at_least=2.0)
    yield from _p99s("dashboard", portal, "/hub/home", hub, at_most=1.0)


def _beside_hub_api(
    clients: Clients, copy: RunningCopy, people: Sequence[SignedIn]
) -> Iterator[Row]:
    ours = [_get(copy.portal_url, "/api/v1/server/", person) for person in people]
    theirs = [
        GetRequest(
            f"{copy.hub_url}/hub/api/users/{person.hub_username}",
            {"Authorization": f"token {copy.token}"},
        )
        for person in people
    ]
    portal, hub = alternate(clients, [ours, theirs], rounds=ROUNDS, seconds=ROUND_SECONDS)
    yield from _rates("status JSON", portal, "the Hub's user API", hub, at_least=5.0)


def _few_and_many(
    clients: Clients, few: Sequence[GetRequest], many: Sequence[GetRequest]
) -> Iterator[Row]:
    small, crowded = alternate(clients, [few, many], rounds=ROUNDS, seconds=ROUND_SECONDS)
    yield _milliseconds(f"dashboard at {PEOPLE} accounts, p50", small.percentile(50))
    yield _milliseconds(f"dashboard at {CROWD:,} accounts, p50", crowded.percentile(50))
    yield Row(
        name="dashboard p50, many accounts over few",
        value=round(crowded.percentile(50) / small.percentile(50), 2),
        unit="×",
        target=1.2,
    )


def _rates(
    our_name: str, ours: Measured, their_name: str, theirs: Measured, *, at_least: float
) -> Iterator[Row]:
    yield Row(name=f"{our_name}, {CLIENTS} clients", value=round(ours.rate), unit="/s")
    yield Row(name=f"{their_name}, {CLIENTS} clients", value=round(theirs.rate), unit="/s")
    yield Row(
        name=f"{our_name} over {their_name}, requests a second",
        value=round(ours.rate / theirs.rate, 2),
        unit="×",
        target=at_least,
        at_least=True,
    )


def _p99s(
    our_name: str, ours: Measured, their_name: str, theirs: Measured, *, at_most: float
) -> Iterator[Row]:
    yield _milliseconds(f"{our_name}, p99", ours.percentile(99))
    yield _milliseconds(f"{their_name}, p99", theirs.percentile(99))
    yield Row(
        name=f"{our_name} over {their_name}, p99",
        value=round(ours.percentile(99) / theirs.percentile(99), 2),
        unit="×",
        target=at_most,
    )


def _milliseconds(name: str, seconds: float) -> Row:
    return Row(name=name, value=round(seconds * 1000, 1), unit="ms")
