"""Workers of gunicorn that is killed: they end with it, with their requests."""

import http.client
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from deploy.local.install import REPOSITORY
from jupyter_integration.testing.free_ports import free_ports

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends such processes")

# As the web part in supervisord.conf.template; this module is the program.
OPTIONS = ["-c", "python:deploy.local.gunicorn_configuration", "--worker-class", "gthread"]
SECONDS_OF_A_REQUEST = 3


def application(environ: dict[str, object], start_response: Callable[..., object]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/slow":
        threading.Event().wait(SECONDS_OF_A_REQUEST)
    return [b"done"]


@pytest.fixture
def port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def gunicorn(port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "gunicorn", f"{__name__}:application", *OPTIONS]
    with subprocess.Popen(
        [*command, "--threads", "2", "--no-control-socket", "--bind", f"127.0.0.1:{port}"],
        cwd=REPOSITORY,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        while "Booting worker" not in process.stderr.readline():
            assert process.poll() is None
        yield process
        process.kill()


def test_workers_of_killed_gunicorn_answer_no_more(
    gunicorn: subprocess.Popen[str], port: int
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/slow")
    other = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    other.request("GET", "/")
    assert other.getresponse().read() == b"done"  # so the slow request has reached its thread

    gunicorn.send_signal(signal.SIGKILL)

    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()
