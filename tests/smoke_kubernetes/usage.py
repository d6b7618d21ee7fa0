"""Processor and memory that containers use, as the kubelets measure them.

.venv/bin/python -m tests.smoke_kubernetes.usage NAMESPACE SECONDS

prints a table for a running installation. It needs the right to read `nodes/proxy`. The kubelet
measures every ten to twenty seconds; memory is the working set, by which it also evicts.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from tests.smoke.engine import succeed

INTERVAL = 5.0  # seconds
MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Sample:
    seconds: float  # of processor, since the container's start
    memory: int  # bytes


@dataclass
class Series:
    """Samples of one container, by the kubelet's time of each."""

    samples: dict[str, Sample] = field(default_factory=dict)
    moments: dict[str, float] = field(default_factory=dict)

    def add(self, moment: str, sample: Sample) -> None:
        self.samples.setdefault(moment, sample)
        self.moments.setdefault(moment, _seconds(moment))


@dataclass(frozen=True, slots=True)
class Use:
    """Use of a part: the highest of its pods."""

    mean_cpu: float  # processors
    peak_cpu: float  # processors, between two samples
    memory: float  # MiB, the last sample
    peak_memory: float  # MiB


class Usage:
    """Use of every container in a namespace between `start` and `stop`."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._series: dict[tuple[str, str], Series] = {}

    def sample(self) -> None:
        for node in succeed(["kubectl", "get", "nodes", "--output", "name"]).split():
            path = f"/api/v1/nodes/{node.removeprefix('node/')}/proxy/stats/summary"
            for pod in json.loads(succeed(["kubectl", "get", "--raw", path]))["pods"]:
                if pod["podRef"]["namespace"] == self._namespace:
                    self._add(pod)

    def by_part(self) -> dict[str, Use]:
        """Return the use of each part that was sampled more than once, by its name."""
        uses: dict[str, list[Use]] = {}
        for (pod, container), series in sorted(self._series.items()):
            if len(series.samples) > 1:
                uses.setdefault(_part(pod, container), []).append(_use(series))
        return {part: _highest(each) for part, each in uses.items()}

    def _add(self, pod: dict[str, object]) -> None:
        reference = pod["podRef"]
        assert isinstance(reference, dict)
        containers = pod.get("containers") or []
        assert isinstance(containers, list)
        for one in containers:
            cpu, memory = one.get("cpu", {}), one.get("memory", {})
            if "usageCoreNanoSeconds" in cpu and "workingSetBytes" in memory:
                series = self._series.setdefault((reference["name"], one["name"]), Series())
                sample = Sample(cpu["usageCoreNanoSeconds"] / 1e9, memory["workingSetBytes"])
                series.add(cpu["time"], sample)


@contextmanager
def measuring(namespace: str) -> Iterator[Usage]:
    """Sample the use until the end of the block."""
    usage = Usage(namespace)
    stopped = threading.Event()

    def sample() -> None:
        usage.sample()
        while not stopped.wait(INTERVAL):
            usage.sample()

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield usage
    finally:
        stopped.set()
        sampler.join()
        usage.sample()


def as_lines(uses: dict[str, Use]) -> Iterator[tuple[str, str]]:
    """Return a name and a text for each part."""
    for part, use in uses.items():
        cpu = f"{1000 * use.mean_cpu:.0f}m, at most {1000 * use.peak_cpu:.0f}m"
        yield part, f"{cpu}; {use.memory:.0f} MiB, at most {use.peak_memory:.0f} MiB"


def _use(series: Series) -> Use:
    ordered = sorted((series.moments[key], one) for key, one in series.samples.items())
    pairs = list(pairwise(ordered))
    (began, first), (ended, last) = ordered[0], ordered[-1]
    return Use(
        mean_cpu=(last.seconds - first.seconds) / (ended - began),
        peak_cpu=max((b.seconds - a.seconds) / (at - before) for (before, a), (at, b) in pairs),
        memory=last.memory / MIB,
        peak_memory=max(one.memory for _, one in ordered) / MIB,
    )


def _highest(uses: list[Use]) -> Use:
    return Use(
        mean_cpu=max(one.mean_cpu for one in uses),
        peak_cpu=max(one.peak_cpu for one in uses),
        memory=max(one.memory for one in uses),
        peak_memory=max(one.peak_memory for one in uses),
    )


def _part(pod: str, container: str) -> str:
    return "a user's server" if pod.startswith("jupyter-") else container


def _seconds(moment: str) -> float:
    return time.mktime(time.strptime(moment[:19], "%Y-%m-%dT%H:%M:%S"))


if __name__ == "__main__":
    with measuring(sys.argv[1]) as usage:
        time.sleep(float(sys.argv[2]))
    for part, text in as_lines(usage.by_part()):
        print(f"{part:<20} {text}")
