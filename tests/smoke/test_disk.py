"""The host's disk: a person's programs fill their own limits, and nothing else.

The files of a server lie on the engine's disk, where PostgreSQL's may lie as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from deploy.socket_guard.server_limits import LOG
from tests.browser.people import Person, expect_drawn_lab, somebody
from tests.smoke import engine
from tests.smoke.figures import Measured
from tests.smoke.people import sign_up_and_start
from tests.smoke.stack import Stack, container_of

MB = 1024 * 1024
MAX_LOG_BYTES = 11 * MB
LOG_FLOOD = 60 * MB

FLOOD_LOG = f"""
import json, os
line = b"x" * 1023 + b"\\n"
with open("/proc/1/fd/1", "wb") as log:
    for _ in range({LOG_FLOOD} // 1024):
        log.write(line)
print(json.dumps(True))
"""

# Write until the folder is full, and remove it again. The sizes are in bytes.
FILL = """
import json, os, sys
def fill(folder):
    path, written, block = f"{folder}/filling", 0, b"x" * 1048576
    try:
        with open(path, "wb", buffering=0) as file:
            while written < 4 * 2**30:
                written += file.write(block)
    except OSError as error:
        return [written, error.errno]
    finally:
        if os.path.exists(path):
            os.remove(path)
    return [written, 0]
print(json.dumps({folder: fill(folder) for folder in json.load(sys.stdin)}))
"""

# What people do in a Lab, as far as it writes outside of the folder that they work in.
WORK = r"""
import json, os, resource, subprocess, sys, tempfile, zipfile
def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return [done.returncode, (done.stdout + done.stderr)[-400:]]
os.chdir(os.path.expanduser("~"))
wheel = os.path.join(tempfile.mkdtemp(), "owned-1-py3-none-any.whl")
with zipfile.ZipFile(wheel, "w") as file:
    file.writestr("owned.py", "")
    file.writestr("owned-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: owned\nVersion: 1\n")
    file.writestr("owned-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    file.writestr("owned-1.dist-info/RECORD", "")
source = '''
import multiprocessing, owned, tempfile
multiprocessing.Lock()
tempfile.TemporaryFile().write(b"x")
'''
cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": None, "outputs": []}
cell["source"] = source
notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
with open("work.ipynb", "w") as file:
    json.dump(notebook, file)
with open("/tmp/script", "w") as file:
    file.write("#!/bin/sh\n")
os.chmod("/tmp/script", 0o755)
print(json.dumps({
    "pip": run("pip", "install", "--no-index", wheel),
    "kernel": run("jupyter", "execute", "work.ipynb"),
    "environment": run(sys.executable, "-m", "venv", "own"),
    "script": run("/tmp/script"),
    "git": run("git", "init", "repository"),
}))
"""


# Open a terminal and run a command in it; return what it prints until the result is there.
TERMINAL = """
async path => {
    const token = document.cookie.match(/_xsrf=([^;]*)/)[1];
    const answer = await fetch(path + 'api/terminals', {
        method: 'POST', headers: {'X-XSRFToken': token},
    });
    const {name} = await answer.json();
    const origin = location.origin.replace('http', 'ws');
    const socket = new WebSocket(`${origin}${path}terminals/websocket/${name}`);
    let printed = '';
    return await new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error(printed)), 20000);
        socket.onmessage = message => {
            const [kind, text] = JSON.parse(message.data);
            if (kind === 'setup') {
                socket.send(JSON.stringify(['stdin', 'echo printed $((6 * 7))\\r']));
            }
            if (kind === 'stdout') printed += text;
            if (printed.includes('printed 42')) resolve(printed);
        };
    });
}
"""


@pytest.fixture(scope="module")
def lab(stack: Stack, browser: Browser) -> Iterator[tuple[Page, Person]]:
    """A page with the Lab of sara."""
    sara = somebody("sara")
    context = browser.new_context()
    page = context.new_page()
    sign_up_and_start(page, sara, stack)
    expect_drawn_lab(page)
    yield page, sara
    context.close()


@pytest.fixture
def saras(lab: tuple[Page, Person]) -> str:
    """The container of sara."""
    return container_of(lab[1].username)


def log_files(container: str) -> list[Path]:
    log = Path(engine.inspect(container)["LogPath"])
    return list(log.parent.glob(f"{log.name}*"))


def test_log_of_a_server_is_bounded(saras: str, measured: Measured) -> None:
    engine.run_inside(saras, FLOOD_LOG)

    files = log_files(saras)
    size = sum(file.stat().st_size for file in files)
    measured(f"log after {LOG_FLOOD // MB} MB of output", f"{size / MB:.1f} MB")
    assert engine.inspect(saras)["HostConfig"]["LogConfig"] == LOG
    assert 0 < size <= MAX_LOG_BYTES
    assert len(files) == 2


def test_full_temporary_folders_end_no_server(saras: str, measured: Measured) -> None:
    """They are memory of the container, smaller than its limit, and nothing on the disk."""
    before = engine.inspect(saras)["State"]
    folders = ["/tmp", "/var/tmp", "/dev/shm"]

    filled = engine.run_inside(saras, FILL, folders)

    sizes = {folder: filled[folder][0] // MB for folder in folders}
    measured("room in " + ", ".join(folders), ", ".join(f"{size} MB" for size in sizes.values()))
    assert sizes == {"/tmp": 1024, "/var/tmp": 128, "/dev/shm": 512}
    assert {error for _, error in filled.values()} == {28}  # ENOSPC
    assert engine.inspect(saras)["State"] == before


def test_only_the_home_is_on_the_disk(saras: str) -> None:
    program = """
import json, os
places = [folder for folder, _, _ in os.walk("/") if not folder.startswith(("/proc", "/sys"))]
print(json.dumps([place for place in places if os.access(place, os.W_OK)]))
"""
    writable = engine.run_inside(saras, program)

    roots = {"/home/user", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue"}
    assert {folder for folder in writable if not folder.startswith("/home/user/")} <= roots
    # The engine itself puts its init process there.
    changed = {line.split()[1] for line in engine.docker("diff", saras).splitlines()}
    assert changed <= {"/usr", "/usr/sbin", "/usr/sbin/docker-init", "/sbin", "/sbin/docker-init"}


def test_people_work_on_a_read_only_root(saras: str) -> None:
    done = engine.run_inside(saras, WORK)

    assert {name: status for name, (status, _) in done.items()} == dict.fromkeys(done, 0), done


def test_terminal_opens_on_a_read_only_root(lab: tuple[Page, Person]) -> None:
    page, sara = lab

    printed = page.evaluate(TERMINAL, sara.lab_path)

    assert "printed 42" in printed


def test_crashed_program_leaves_no_core_dump(saras: str) -> None:
    program = """
import json, resource
print(json.dumps(resource.getrlimit(resource.RLIMIT_CORE)))
"""

    assert engine.run_inside(saras, program) == [0, 0]
