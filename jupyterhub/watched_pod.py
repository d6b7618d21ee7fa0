"""Pod of the current start, as KubeSpawner's reflectors show it: its problem, and its progress."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from pod_failures import Event, Pod, Problem, find_problem, of_this_pod, why_removed
from pod_steps import PERCENT, WAITING, message_of
from resilient_kubespawner import ResilientKubeSpawner

CHECK_INTERVAL = timedelta(seconds=0.5)


class PodWatchingSpawner(ResilientKubeSpawner):
    _pod: Pod | None = None  # of this start, as it was last seen
    _logged: set[str]

    def _forget_pod(self) -> None:
        self._pod, self._logged = None, set()

    @property
    def events(self) -> list[Event]:
        """Events of this start's pod, the newest last."""
        if self._pod is None or self.event_reflector is None:
            return []
        return of_this_pod(self._pod, list(self.event_reflector.resources.values()))

    def _running_pod(self) -> Pod | None:
        return self._pod if self._pod is not None and self.is_pod_running(self._pod) else None

    async def _find_problem(self) -> Problem | None:
        """Return why the pod does not come up, as far as that is known."""
        if self.pod_reflector is None:
            return None
        await self._start_watching_pods()
        for event in self.events:
            self._log(event)
        pod = self._shown_pod()
        if pod is not None and self.is_of_this_start(pod):
            self._pod = pod
            return find_problem(pod, self.events)
        # A reflector that starts again may be behind for a moment.
        if self._pod is not None and await self.pod_exists() is False:
            return why_removed(self._pod, self.events)
        return None

    def _problem_of_timeout(self) -> Problem:
        if self._pod is not None:
            events = self.events
            last = message_of(events[-1]) if events else "no event"
            return Problem("StartTimeout", f"not ready in {self.start_timeout} s; last: {last}")
        if self._shown_pod() is not None:
            return Problem("FormerPod", "the former pod is still being removed")
        return Problem("ApiUnreachable", f"the pod was not seen. {self._last_api_error}")

    def _shown_pod(self) -> Pod | None:
        """Return the pod of the user's name, which may be a former one."""
        if self.pod_reflector is None:
            return None
        pod: Pod | None = self.pod_reflector.pods.get(f"{self.namespace}/{self.pod_name}")
        return pod

    def _log(self, event: Event) -> None:
        """Log the words of Kubernetes, which the portal does not show to users."""
        words = message_of(event)
        if words not in self._logged:
            self._logged.add(words)
            self.log.info("%s: %s", self._log_name, words)

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Yield each event of the pod. The Hub closes this when the start succeeds or fails."""
        now = asyncio.get_running_loop().time
        slow_at = now() + (self.slow_spawn_message_threshold or float("inf"))
        sent: set[str] = set()
        percent, last, is_slow_sent = 0, "", False
        while True:
            for event in self.events:
                message = message_of(event)
                if message not in sent:
                    sent.add(message)
                    last = event["reason"]
                    percent = max(percent, PERCENT.get(last, 0))
                    yield {"progress": percent, "message": message}
            if now() >= slow_at and not is_slow_sent and last not in WAITING:
                is_slow_sent = True
                seconds = int(self.slow_spawn_message_threshold)
                message = self.slow_spawn_message.format(seconds=seconds)
                yield {"progress": percent, "message": message}
            await asyncio.sleep(CHECK_INTERVAL.total_seconds())
