"""Commands of alerts, for each platform on which the portal runs."""

import pytest

from jupyter_integration.monitoring.alerts import commands


@pytest.fixture(autouse=True)
def production(settings) -> None:
    settings.TRIAL = False


def test_commands_are_those_of_compose_by_default() -> None:
    assert commands.restart("beat", "worker") == "docker compose restart beat worker"
    assert commands.disk_usage() == "docker system df --verbose"
    assert commands.manage("migrate") == "docker compose exec portal python manage.py migrate"


def test_commands_on_kubernetes_name_its_workloads(settings) -> None:
    settings.PLATFORM = "kubernetes"

    assert commands.restart("jupyterhub", "redis", "beat") == (
        "kubectl -n shaparak rollout restart deployment/hub statefulset/redis deployment/beat"
    )
    assert commands.disk_usage() == "kubectl -n shaparak get pvc"
    assert commands.manage("migrate").startswith("kubectl -n shaparak exec deployment/worker -- ")
