"""Class of 50 that starts its servers while the portal's parts are scaled: nobody sees an error.

.venv/bin/python -m pytest tests/smoke_kubernetes/class_of_50.py

It takes minutes on a small machine, so `make smoke-kubernetes` does not run it.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.browser.people import somebody
from tests.smoke.figures import Measured
from tests.smoke_kubernetes.installation import Installation, pod_of
from tests.smoke_kubernetes.student import ErrorSeen, Student
from tests.smoke_kubernetes.usage import as_lines, measuring

CLASS_SIZE = 50
CLICK_SECONDS = 10.0  # in which all of them click
SIGN_UPS_AT_ONCE = 8
HUB_SETTINGS = "shaparak-hub"
TINY_SERVERS = {
    "SERVER_MEMORY": "64M",
    "SERVER_MEMORY_REQUEST": "16M",
    "SERVER_CPU_REQUEST": "0.01",
    "HOME_SIZE": "10M",
}
STATES_OF_STARTS = """
from jupyter_integration.models import SpawnRequest
for name, state in SpawnRequest.objects.values_list("user__username", "state"):
    print(name, state)
"""


@pytest.fixture
def tiny_servers(installation: Installation) -> Iterator[None]:
    """Let the Hub start tiny servers, since 50 of JupyterLab need a large cluster."""
    image = installation.images["shaparak-tiny-server"].reference
    before = installation.namespace.get("configmap", HUB_SETTINGS)["data"]
    settings = TINY_SERVERS | {"SERVER_IMAGE": image}
    _set_up_hub(installation, settings)
    yield
    _set_up_hub(installation, {name: before.get(name) for name in settings})


@pytest.fixture
def students(
    installation: Installation, tiny_servers: None, tmp_path: Path
) -> Iterator[list[Student]]:
    authority = tmp_path / "root.crt"
    authority.write_bytes(installation.authority())
    names = [somebody("student").username for _ in range(CLASS_SIZE)]
    students = [Student(installation, authority, name) for name in names]
    with ThreadPoolExecutor(SIGN_UPS_AT_ONCE) as pool:
        list(pool.map(Student.sign_up, students))
    yield students
    with ThreadPoolExecutor(SIGN_UPS_AT_ONCE) as pool:
        list(pool.map(Student.stop, students))
    for student in students:
        student.close()


def test_class_sees_no_error_while_parts_are_scaled(
    installation: Installation, students: list[Student], measured: Measured
) -> None:
    namespace = installation.namespace
    with (
        measuring(namespace.name) as usage,
        ThreadPoolExecutor(CLASS_SIZE) as pool,
    ):
        began = time.monotonic()
        starts = [
            pool.submit(_start, student, began + CLICK_SECONDS * number / CLASS_SIZE)
            for number, student in enumerate(students)
        ]
        _scale(installation, portal=3, worker=1, **{"spawn-worker": 1})
        installation.wait_for_rollout("portal")
        waiting = sum(not start.done() for start in starts)
        _scale(installation, portal=2, worker=2, **{"spawn-worker": 2})
        results = [start.result() for start in starts]
    seconds = [result for result in results if isinstance(result, float)]
    errors = [result for result in results if isinstance(result, str)]

    measured("class: requests", str(sum(student.requests_sent for student in students)))
    measured("class: waiting when the portal was scaled back", str(waiting))
    measured("class: errors seen", str(len(errors)))
    if seconds:
        measured("class: slowest from click to server", f"{max(seconds):.1f} s")
    for part, text in as_lines(usage.by_part()):
        measured(f"class: {part}", text)

    assert errors == []
    assert waiting > 0, "the class was over before the parts were scaled back"
    names = {student.name for student in students}
    assert _starts(installation, names) == {name: ["ready"] for name in names}
    assert _pods_made(installation, names) == dict.fromkeys(names, 1)


def _start(student: Student, moment: float) -> float | str:
    time.sleep(max(0.0, moment - time.monotonic()))
    try:
        return student.start_and_open()
    except ErrorSeen as error:
        return f"{time.strftime('%H:%M:%S')} {student.name}: {error}"


def _scale(installation: Installation, **replicas: int) -> None:
    for part, count in replicas.items():
        installation.namespace.kubectl("scale", f"deployment/{part}", f"--replicas={count}")


def _set_up_hub(installation: Installation, settings: Mapping[str, str | None]) -> None:
    """Change settings and replace the Hub's pod. None removes a setting."""
    patch = json.dumps({"data": settings})
    namespace = installation.namespace
    namespace.kubectl("patch", "configmap", HUB_SETTINGS, "--type=merge", f"--patch={patch}")
    namespace.kubectl("rollout", "restart", "deployment/hub")
    installation.wait_for_rollout("hub")


def _starts(installation: Installation, names: set[str]) -> dict[str, list[str]]:
    """Return the states of the starts of each."""
    lines = installation.namespace.kubectl(
        "exec", "deployment/portal", "--", "python", "manage.py", "shell", "-c", STATES_OF_STARTS
    )
    found: dict[str, list[str]] = {}
    for line in lines.splitlines():
        name, _, state = line.partition(" ")
        if name in names:
            found.setdefault(name, []).append(state)
    return found


def _pods_made(installation: Installation, names: set[str]) -> dict[str, int]:
    """Return how many pods the cluster made for each, by its events."""
    events = installation.namespace.get("events", "--field-selector=reason=Scheduled")["items"]
    pods = Counter(event["involvedObject"]["name"] for event in events)
    return {name: pods[pod_of(name)] for name in names}
