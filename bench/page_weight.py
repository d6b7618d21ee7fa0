"""Weight of the first view of a page on a phone: bytes, requests, and time on a slow line.

Chromium counts, in Persian at 390 px, with an empty cache for each view. The portal runs as on a
real host, behind the edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import requests
from playwright.sync_api import Browser, CDPSession, sync_playwright

from bench.load import Clients, GetRequest, alternate
from bench.report import Row
from bench.running_copy import RunningCopy
from bench.signed_in import SignedIn
from deploy.local.development import find_browser

VIEWS = 5
PHONE = {"width": 390, "height": 844}
PAGES = {"landing": "/", "sign-up": "/accounts/signup/", "dashboard": "/dashboard/"}

MOST_KILOBYTES = 90.0
MOST_REQUESTS = 8
LONGEST_LCP_SECONDS = 1.2
MOST_FOR_GZIP = 1.2  # times the p50 of a page that is not compressed

CLIENTS = 4
ROUNDS = 8
ROUND_SECONDS = 2.0

SLOW_LINE = {
    "offline": False,
    "latency": 150,  # milliseconds
    "downloadThroughput": 1_600_000 / 8,  # bytes a second
    "uploadThroughput": 750_000 / 8,
}
SLOW_CPU = 4  # times slower

OBSERVE = """
window.shifts = 0;
const observe = (type, use) =>
    new PerformanceObserver(list => list.getEntries().forEach(use)).observe({type, buffered: true});
observe("largest-contentful-paint", entry => { window.paint = entry.startTime; });
observe("layout-shift", entry => { window.shifts += entry.value; });
"""

NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))"

# Without a window, Chromium loads no icon and no manifest, and a service worker is fetched over a
# connection of its own, so it is blocked. The page loads all three, so that they count.
LOAD_THE_REST = """async () => {
    const links = document.querySelectorAll("link[rel=icon], link[rel=manifest]");
    const worker = document.querySelector("meta[name=service-worker]");
    const addresses = [...links].map(link => link.href).concat(worker ? [worker.content] : []);
    for (const address of addresses) await (await fetch(address)).text();
}"""


@dataclass(slots=True)
class View:
    requests: int = 0
    wire_bytes: float = 0
    paint: float = 0  # seconds until the largest part of the page is painted
    shifts: float = 0


def measure(folder: Path) -> Iterator[Row]:
    with RunningCopy.start(folder) as copy, sync_playwright() as playwright:
        person = copy.sign_in(1)[0]
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, path in PAGES.items():
            address = f"{copy.portal_url}{path}"
            guest = person if name == "dashboard" else None
            see(browser, address, guest)  # the first one fills the portal's own caches
            fast = [see(browser, address, guest) for _ in range(VIEWS)]
            slow = [see(browser, address, guest, is_slow=True) for _ in range(VIEWS)]
            yield from _rows(name, fast, slow)
        browser.close()
        yield from _cost_of_gzip(copy)


def _cost_of_gzip(copy: RunningCopy) -> Iterator[Row]:
    """Yield what the compression of a dashboard saves and costs, through the edge."""
    address = f"{copy.portal_url}/dashboard/"
    people = copy.sign_in(CLIENTS)
    sides = [
        [
            GetRequest(address, {"Cookie": person.cookie, "Accept-Encoding": coding})
            for person in people
        ]
        for coding in ("identity", "gzip")
    ]
    for coding in ("identity", "gzip"):
        headers = {"Cookie": people[0].cookie, "Accept-Encoding": coding}
        response = requests.get(address, headers=headers, timeout=30, stream=True)
        size = len(response.raw.read(decode_content=False))
        yield Row(name=f"dashboard: HTML, {coding}", value=round(size / 1000, 1), unit="kB")
    with Clients(CLIENTS) as clients:
        plain, compressed = alternate(clients, sides, rounds=ROUNDS, seconds=ROUND_SECONDS)
    yield Row(
        name="dashboard p50, gzip over plain",
        value=round(compressed.percentile(50) / plain.percentile(50), 2),
        unit="×",
        target=MOST_FOR_GZIP,
    )


def _rows(name: str, fast: list[View], slow: list[View]) -> Iterator[Row]:
    kilobytes = max(view.wire_bytes for view in fast) / 1000
    paint = median(view.paint for view in slow)
    shifts = max(view.shifts for view in (*fast, *slow))
    yield Row(
        name=f"{name}: on the wire", value=round(kilobytes, 1), unit="kB", target=MOST_KILOBYTES
    )
    requests = max(view.requests for view in fast)
    yield Row(name=f"{name}: requests", value=requests, unit="", target=MOST_REQUESTS)
    fast_paint = median(view.paint for view in fast)
    yield Row(name=f"{name}: LCP, fast line", value=round(fast_paint, 2), unit="s")
    yield Row(
        name=f"{name}: LCP, slow line", value=round(paint, 2), unit="s", target=LONGEST_LCP_SECONDS
    )
    yield Row(name=f"{name}: CLS", value=round(shifts, 4), unit="", target=0)


def see(browser: Browser, address: str, person: SignedIn | None, *, is_slow: bool = False) -> View:
    """Open the page in a new browser context and return what it cost."""
    context = browser.new_context(viewport=PHONE, locale="fa-IR", service_workers="block")
    if person is not None:
        cookies = (pair.partition("=") for pair in person.cookie.split("; "))
        context.add_cookies([{"name": n, "value": v, "url": address} for n, _, v in cookies])
    page = context.new_page()
    page.add_init_script(OBSERVE)
    devtools = context.new_cdp_session(page)
    view = View()
    _count(devtools, urlsplit(address).netloc, view)
    if is_slow:
        devtools.send("Network.emulateNetworkConditions", SLOW_LINE)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})
    page.goto(address, wait_until="load")
    page.evaluate("document.fonts.ready.then(() => {})")
    page.evaluate(NEXT_FRAME)  # the observers have what was painted
    view.paint = page.evaluate("window.paint") / 1000
    view.shifts = page.evaluate("window.shifts")
    page.evaluate(LOAD_THE_REST)
    context.close()
    return view


def _count(devtools: CDPSession, host: str, view: View) -> None:
    ours: set[str] = set()

    def record_request(event: dict[str, Any]) -> None:
        if urlsplit(event["request"]["url"]).netloc == host:
            ours.add(event["requestId"])
            view.requests += 1

    def record_end(event: dict[str, Any]) -> None:
        if event["requestId"] in ours:
            view.wire_bytes += event["encodedDataLength"]

    devtools.on("Network.requestWillBeSent", record_request)
    devtools.on("Network.loadingFinished", record_end)
    devtools.send("Network.enable")
