"""The proxy: names of the Hub and of users' servers, and no service workers on a shared name."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from jupyter_integration.testing.free_ports import free_ports
from jupyter_integration.testing.part import Part
from jupyter_integration.testing.probes import listens
from tests.contract.proxy_program import proxy_command

TOKEN = "token-of-the-proxy"


class Answers(BaseHTTPRequestHandler):
    """A part behind the proxy: it returns its name and the path."""

    def do_GET(self) -> None:
        body = f"{self.server.server_name} {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Service-Worker-Allowed", "/")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_arguments: Any) -> None:
        pass


@pytest.fixture(scope="module")
def behind() -> Iterator[dict[str, str]]:
    """The addresses of a Hub and of sara's server."""
    servers = {}
    for name in ("hub", "sara"):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        server.server_name = name
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers[name] = server
    yield {name: f"http://127.0.0.1:{one.server_port}" for name, one in servers.items()}
    for server in servers.values():
        server.shutdown()
        server.server_close()


class Proxy:
    def __init__(self, folder: Path, lab_subdomains: str, token: str = TOKEN) -> None:
        self.port, self.api_port = free_ports(2)
        ports = ["--port", str(self.port), "--api-port", str(self.api_port)]
        self.part = Part(
            "proxy",
            [*proxy_command(), *ports, "--ip", "127.0.0.1", "--api-ip", "127.0.0.1"],
            folder=folder,
            log=folder / "proxy.log",
            environment=os.environ
            | {
                "CONFIGPROXY_AUTH_TOKEN": token,
                "HUB_URL": f"http://hub.localhost:{self.port}/",
                "LAB_SUBDOMAINS": lab_subdomains,
            },
            answers=lambda: listens(self.api_port),
        )

    def route(self, path: str, target: str) -> None:
        requests.post(
            f"http://127.0.0.1:{self.api_port}/api/routes{path}",
            json={"target": target},
            headers={"Authorization": f"token {TOKEN}"},
            timeout=5,
        ).raise_for_status()

    def call(self, host: str, path: str, method: str = "GET", **headers: str) -> requests.Response:
        return requests.request(
            method,
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Host": f"{host}:{self.port}"} | headers,
            allow_redirects=False,
            timeout=5,
        )


@pytest.fixture(scope="module")
def many_origins(
    behind: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    proxy = Proxy(tmp_path_factory.mktemp("many"), "")
    proxy.part.start()
    proxy.route("/", behind["hub"])
    proxy.route("/sara.hub.localhost/user/sara", behind["sara"])
    yield proxy
    proxy.part.end()


@pytest.fixture(scope="module")
def one_origin(behind: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    proxy = Proxy(tmp_path_factory.mktemp("one"), "false")
    proxy.part.start()
    proxy.route("/", behind["hub"])
    proxy.route("/user/sara", behind["sara"])
    yield proxy
    proxy.part.end()


@pytest.mark.parametrize(
    ("host", "path", "answer"),
    [
        ("hub.localhost", "/hub/login", "hub /hub/login"),
        ("hub.localhost", "/user/sara/lab", "hub /user/sara/lab"),
        ("sara.hub.localhost", "/user/sara/lab?a=1", "sara /user/sara/lab?a=1"),
        ("sara.hub.localhost", "/user/omid/lab", "hub /user/omid/lab"),
        ("omid.hub.localhost", "/user/sara/lab", "hub /user/sara/lab"),
        # Programs call the API by any name.
        ("127.0.0.1", "/hub/api", "hub /hub/api"),
        ("proxy", "/hub/api/users?state=ready", "hub /hub/api/users?state=ready"),
    ],
)
def test_host_and_path_together_choose_the_server(
    many_origins: Proxy, host: str, path: str, answer: str
) -> None:
    assert many_origins.call(host, path).text == answer


@pytest.mark.parametrize("host", ["127.0.0.1", "sara.hub.localhost", "nobody.example"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/hub/login?next=/a%20b", "/hub/logout", "/hub/apiary"])
def test_hub_pages_have_the_hubs_name_only(
    many_origins: Proxy, host: str, method: str, path: str
) -> None:
    answer = many_origins.call(host, path, method)

    assert answer.status_code == 307
    assert answer.headers["Location"] == f"http://hub.localhost:{many_origins.port}{path}"


def test_server_with_own_name_may_have_service_workers(many_origins: Proxy) -> None:
    answer = many_origins.call(
        "sara.hub.localhost", "/user/sara/worker.js", **{"Service-Worker": "script"}
    )

    assert answer.text == "sara /user/sara/worker.js"
    assert answer.headers["Service-Worker-Allowed"] == "/"


def test_shared_name_serves_no_service_worker_script(one_origin: Proxy) -> None:
    answer = one_origin.call("127.0.0.1", "/user/sara/worker.js", **{"Service-Worker": "script"})

    assert answer.status_code == 403
    assert "Service-Worker-Allowed" not in answer.headers


def test_shared_name_widens_no_service_worker_scope(one_origin: Proxy) -> None:
    answer = one_origin.call("127.0.0.1", "/user/sara/worker.js")

    assert answer.text == "sara /user/sara/worker.js"
    assert "Service-Worker-Allowed" not in answer.headers


@pytest.mark.parametrize("path", ["/hub/logout", "/hub/oauth_callback?code=1"])
def test_change_of_person_clears_the_shared_storage(
    one_origin: Proxy, many_origins: Proxy, path: str
) -> None:
    assert one_origin.call("127.0.0.1", path).headers["Clear-Site-Data"] == '"storage"'
    # Names of their own share none.
    assert "Clear-Site-Data" not in many_origins.call("hub.localhost", path).headers


@pytest.mark.parametrize("path", ["/hub/login", "/hub/logouts", "/user/sara/hub/logout"])
def test_other_pages_clear_nothing(one_origin: Proxy, path: str) -> None:
    assert "Clear-Site-Data" not in one_origin.call("127.0.0.1", path).headers


def test_health_check_needs_no_name(many_origins: Proxy, one_origin: Proxy) -> None:
    for proxy in (many_origins, one_origin):
        assert proxy.call("127.0.0.1", "/_chp_healthz").json() == {"status": "OK"}


def test_refused_websocket_does_not_end_the_proxy(many_origins: Proxy) -> None:
    """Whoever may send a request could stop all notebooks."""
    request = "\r\n".join(
        [
            "GET /user/sara/api/events/subscribe HTTP/1.1",
            "Host: sara.hub.localhost",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "",
            "",
        ]
    )
    for _time in range(20):
        with socket.create_connection(("127.0.0.1", many_origins.port)) as visitor:
            visitor.sendall(request.encode())
            # Closing with a reset makes the proxy's writes fail.
            visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert many_origins.call("sara.hub.localhost", "/user/sara/").ok
    assert many_origins.part.runs()


def test_proxy_needs_the_secret_of_its_api(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, "true", token="")
    proxy.part.launch()

    assert proxy.part.process.wait(10) == 1
    assert "CONFIGPROXY_AUTH_TOKEN is not set" in proxy.part.log.read_text()
