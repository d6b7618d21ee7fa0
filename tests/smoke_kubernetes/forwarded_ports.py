"""Ports of a Service, forwarded to the same ports of this machine until they are closed."""

from __future__ import annotations

import os
import signal
import subprocess
import threading

from jupyter_integration.testing.probes import listens
from tests.smoke_kubernetes.cluster import Namespace, wait_until


class ForwardedPorts:
    """`kubectl port-forward`, started again when it ends: it does so after a broken connection."""

    def __init__(self, namespace: Namespace, target: str, *ports: int) -> None:
        self._namespace, self._target, self._ports = namespace, target, ports
        self._closed = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def open(self) -> None:
        self._thread.start()
        wait_until(lambda: all(map(listens, self._ports)), "forwarded ports")

    def close(self) -> None:
        self._closed.set()
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        pairs = [f"{port}:{port}" for port in self._ports]
        while not self._closed.is_set():
            self._process = self._namespace.background("port-forward", self._target, *pairs)
            self._process.communicate()
