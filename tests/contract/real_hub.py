"""Real JupyterHub behind npm's configurable-http-proxy; all processes end with the tests."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import requests

from jupyter_integration.testing.free_ports import free_ports
from tests.contract.proxy_program import proxy_command

CONFIG = Path(__file__).with_name("real_hub_config.py")


class RealHub:
    """The Hub and its proxy, which can be started and stopped separately."""

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None) -> None:
        """`settings` are environment variables of real_hub_config.py, such as CONTRACT_PORTAL."""
        self.token = secrets.token_hex(16)
        self.narrow_token = secrets.token_hex(16)
        self.log = folder / "hub.log"
        self._folder = folder
        self._settings = dict(settings or {})
        # All descendants have this in their environment, so they are found even without parents.
        self._mark = secrets.token_hex(8)
        port, proxy_api, hub = free_ports(3)
        self.proxy_url = f"http://127.0.0.1:{port}"
        self.hub_url = f"http://hub.localhost:{port}"  # in browsers
        self.api_url = f"http://127.0.0.1:{hub}/hub/api"
        self._ports = (port, proxy_api, hub)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def api_url_behind_proxy(self) -> str:
        return f"{self.proxy_url}/hub/api"

    def start(self) -> None:
        """Start the stopped processes, and wait until the Hub answers."""
        self.start_proxy()
        self.start_hub()
        self.wait()

    def start_proxy(self) -> None:
        port, api_port, _ = self._ports
        self._run(
            "proxy",
            [
                *proxy_command(),
                *("--ip", "127.0.0.1", "--port", str(port)),
                *("--api-ip", "127.0.0.1", "--api-port", str(api_port)),
            ],
        )

    def start_hub(self) -> None:
        self._run("hub", [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)])

    def wait(self, seconds: float = 20.0) -> None:
        """Wait until the Hub answers, directly and through the proxy."""
        deadline = time.monotonic() + seconds
        for url in (self.api_url, self.api_url_behind_proxy):
            while not _answers(url):
                if time.monotonic() > deadline or not (self.runs("hub") and self.runs("proxy")):
                    raise RuntimeError(f"no Hub at {url}:\n{self.log.read_text()[-4000:]}")
                time.sleep(0.05)

    def runs(self, name: str) -> bool:
        return name in self._processes and self._processes[name].poll() is None

    def stop_hub(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End only the Hub."""
        self._stop("hub", how)

    def stop_proxy(self) -> None:
        """End only the proxy."""
        self._stop("proxy", signal.SIGKILL)

    def change_setting(self, name: str, value: float) -> None:
        """Change a setting of the running Hub."""
        hub_url = self.api_url.removesuffix("/api")
        requests.get(f"{hub_url}/setting/{name}/{value}", timeout=5).raise_for_status()

    def end(self) -> list[int]:
        """Kill all processes; return the ids of those that had no other end."""
        for name in ("hub", "proxy"):
            process = self._processes.pop(name, None)
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)
        left = list(self.left_over())
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return left

    def left_over(self) -> Iterator[int]:
        """Yield the ids of all descendants."""
        mark = f"CONTRACT_HUB={self._mark}".encode()
        for environment in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in environment.read_bytes().split(b"\0"):
                    yield int(environment.parent.name)

    def _stop(self, name: str, how: signal.Signals) -> None:
        process = self._processes.pop(name)
        process.send_signal(how)
        process.wait(10)

    def _run(self, name: str, command: list[str]) -> None:
        if self.runs(name):
            return
        environment = {
            **os.environ,
            "CONFIGPROXY_AUTH_TOKEN": self._mark,
            "HUB_URL": self.hub_url,
            "LAB_SUBDOMAINS": "true",
            "CONTRACT_HUB": self._mark,
            "CONTRACT_PORTS": ",".join(map(str, self._ports)),
            "CONTRACT_TOKEN": self.token,
            "CONTRACT_NARROW_TOKEN": self.narrow_token,
            **self._settings,
        }
        with self.log.open("ab") as log:
            self._processes[name] = subprocess.Popen(
                # Nothing is left even if the tests themselves are killed.
                ["setpriv", "--pdeathsig", "KILL", *command],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A process group of its own, to be killed as a whole.
                start_new_session=True,
            )


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/", timeout=5).ok
    except requests.RequestException:
        return False
