"""Reflectors of KubeSpawner that wait for an API server which is away."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import ClientError
from kubernetes_asyncio.client.exceptions import ApiException
from kubespawner.spawner import EventReflector, PodReflector

RETRY_SECONDS = 2.0


def is_away(error: BaseException) -> bool:
    """Return whether the same request may succeed in a moment."""
    if isinstance(error, ApiException):
        return error.status in (0, 429) or error.status >= 500
    return isinstance(error, ClientError | OSError)  # OSError includes TimeoutError


def is_hub_ending(error: RuntimeError) -> bool:
    """Return whether a request failed as the Hub closes its connections, at its end."""
    return str(error) == "Session is closed"  # aiohttp has no class for it


class _Patient:
    """KubeSpawner's reflectors wait up to half a minute at once, and then give up."""

    async def _list_and_update(self, resource_version: str | None = None) -> Any:
        while True:
            try:
                return await super()._list_and_update(resource_version)  # type: ignore[misc]
            except (ApiException, ClientError, OSError) as error:
                is_first_load = not self.first_load_future.done()  # type: ignore[attr-defined]
                if is_first_load or not is_away(error):
                    raise
                await asyncio.sleep(RETRY_SECONDS)
                resource_version = "0"  # the former one may be too old by now


class PatientPodReflector(_Patient, PodReflector):
    pass


class PatientEventReflector(_Patient, EventReflector):
    pass


PATIENT = {PodReflector: PatientPodReflector, EventReflector: PatientEventReflector}
