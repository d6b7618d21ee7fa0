"""Starts by the real KubernetesSpawner on a real cluster, outside of a Hub."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from kubernetes_asyncio.client import ApiClient, CoreV1Api

HUB_FOLDER = Path(__file__).resolve().parents[2] / "jupyterhub"

# Short, so that a run is short; but a busy machine may take long to start some thirty pods at once.
SETTINGS = {
    "image_pull_policy": "IfNotPresent",
    "start_timeout": 180,
    "unschedulable_timeout": 3,
    "volume_timeout": 6,
    "container_timeout": 8,
}

# A server that answers as soon as it runs.
SERVER = ["sh", "-c", "cd /tmp && touch api && exec python -m http.server 8888"]


Result = TypeVar("Result")


def run_to_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in a thread of its own: Playwright keeps an event loop in the tests'."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@dataclass
class Outcome:
    address: str = ""
    failure: str = ""  # as the portal reads it
    seconds: float = 0.0  # from the press until the reason is shown
    progress: list[dict[str, Any]] = field(default_factory=list)
    is_pod_left: bool = False


def make_spawner(name: str, namespace: str, image: str, **settings: Any) -> Any:
    """Return the spawner of one user. The Hub would give it a token and an environment."""
    if str(HUB_FOLDER) not in sys.path:
        sys.path.append(str(HUB_FOLDER))
    spawner_class = importlib.import_module("kubernetes_spawner").KubernetesSpawner
    spawner = spawner_class(
        _mock=True,
        user=SimpleNamespace(name=name, id=1, url=f"/user/{name}/"),
        hub=SimpleNamespace(public_host="", url="", base_url="/hub/", api_url="http://hub/hub/api"),
        **{"namespace": namespace, "image": image, "cmd": SERVER, **SETTINGS, **settings},
    )
    spawner.log = logging.getLogger("spawner")
    spawner.get_env, spawner.get_args, spawner.api_token = dict, list, "tests-only"
    spawner.orm_spawner = SimpleNamespace(last_activity=None, server=None, name="")
    return spawner


@asynccontextmanager
async def acting_as(spawner: Any, account: str) -> AsyncIterator[None]:
    """Send the spawner's requests with the permissions of a service account, NAMESPACE:NAME."""
    async with ApiClient() as client:
        client.set_default_header("Impersonate-User", f"system:serviceaccount:{account}")
        spawner.api = CoreV1Api(client)
        yield


async def attempt(spawner: Any) -> Outcome:
    """Start as the Hub does, and stop what has started."""
    outcome = Outcome()
    began = time.monotonic()

    async def follow() -> None:
        async for step in spawner.progress():
            outcome.progress.append(step)

    following = asyncio.create_task(follow())
    try:
        outcome.address = await asyncio.wait_for(spawner.start(), spawner.start_timeout)
    except importlib.import_module("kubernetes_spawner").PodFailed as failed:
        outcome.failure = f"Spawn failed: {failed.jupyterhub_message}"
    finally:
        outcome.seconds = time.monotonic() - began
        following.cancel()
    if outcome.address:
        await spawner.stop(now=True)
    outcome.is_pod_left = await pod_of(spawner) is not None
    return outcome


async def pod_of(spawner: Any) -> Any:
    """Return the user's pod as the API server has it."""
    found = await spawner.api.list_namespaced_pod(
        spawner.namespace, field_selector=f"metadata.name={spawner.pod_name}"
    )
    return found.items[0] if found.items else None


@asynccontextmanager
async def reflectors() -> AsyncIterator[None]:
    """Stop what KubeSpawner leaves running until the Hub ends."""
    try:
        yield
    finally:
        spawner_class = importlib.import_module("kubernetes_spawner").KubernetesSpawner
        await spawner_class._stop_all_reflectors()
