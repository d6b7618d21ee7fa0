"""Shaparak on a cluster whose own parts are held; it runs on the cluster's node."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.faults_kubernetes.relayed_ports import RelayedPorts
from tests.smoke.engine import CommandFailed
from tests.smoke.figures import Measured, measured, print_figures, timed  # noqa: F401  (a fixture)
from tests.smoke.stop_signals import handle_stop_signals, ignore_stop_signals
from tests.smoke_kubernetes.conftest import browser, running_system  # noqa: F401  (fixtures)
from tests.smoke_kubernetes.images import NoWayToTheNodes
from tests.smoke_kubernetes.installation import ClusterIsNotFree, Installation

NAMESPACE = "shaparak-faults"
EDGE = "app.kubernetes.io/name=edge"


@pytest.fixture(scope="session")
def installation(
    tmp_path_factory: pytest.TempPathFactory,
    measured: Measured,  # noqa: F811
) -> Iterator[Installation]:
    if not os.environ.get("CLUSTER_PAUSE"):
        pytest.exit("Set CLUSTER_PAUSE: docs/kubernetes.md has an example.", returncode=1)
    installation = Installation(tmp_path_factory.mktemp("faults"), NAMESPACE)
    relayed = RelayedPorts(
        installation.namespace, EDGE, installation.portal_port, installation.hub_port
    )
    installation.ports = relayed
    handle_stop_signals()
    try:
        try:
            installation.build()
            with timed(measured, "up, until every part is ready"):
                installation.bring_up()
        except (ClusterIsNotFree, NoWayToTheNodes, CommandFailed) as reason:
            pytest.exit(str(reason), returncode=1)
        yield installation
    finally:
        ignore_stop_signals()
        installation.take_down()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    print_figures(terminalreporter)
