"""Rights of pods: no root, no privileges, and no connections but those that a part needs."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from tests.kubernetes_files import (
    container,
    containers,
    covers,
    pod,
    resource,
    resources,
    workloads,
)
from tests.test_env_example import ROOT

IMAGES = {
    "shaparak-portal": "Dockerfile",
    "shaparak-jupyterhub": "jupyterhub/Dockerfile",
    "shaparak-proxy": "deploy/containers/Dockerfile.proxy",
    "shaparak-user-server": "jupyterhub/Dockerfile.singleuser",
}
OF_THE_PORTAL = ("migrate", "portal", "worker", "spawn-worker", "beat")
USERS_SERVER = {  # labels that KubeSpawner and jupyterhub/pods.py give
    "app.kubernetes.io/name": "jupyterhub",
    "app.kubernetes.io/component": "singleuser-server",
    "org.shaparak.part": "user-server",
}
PARTS = tuple(workloads())

each_part = pytest.mark.parametrize("part", PARTS)


@each_part
def test_container_is_read_only_without_privileges(part: str) -> None:
    for one in containers(part):
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= set(one["resources"]["requests"])
        assert "memory" in one["resources"]["limits"]


@each_part
def test_pod_runs_as_the_images_user(part: str) -> None:
    spec = pod(part)["spec"]
    context = spec["securityContext"]

    assert (context["runAsNonRoot"], context["seccompProfile"]) == (
        True,
        {"type": "RuntimeDefault"},
    )
    assert spec["enableServiceLinks"] is False
    if image := IMAGES.get(container(part)["image"]):
        text = (ROOT / image).read_text(encoding="utf-8")
        [user] = re.findall(r"^USER (\d+):\1$", text, re.MULTILINE)
        assert context["runAsUser"] == context["runAsGroup"] == int(user)


@each_part
def test_only_the_hub_may_call_kubernetes(part: str) -> None:
    spec = pod(part)["spec"]

    assert (spec.get("automountServiceAccountToken", True), spec.get("serviceAccountName")) == (
        (True, "hub") if part == "hub" else (False, None)
    )


def test_role_of_the_hub_has_only_what_it_calls() -> None:
    verbs = {
        kind: rule["verbs"]
        for rule in resource("Role", "hub")["rules"]
        for kind in rule["resources"]
    }

    assert set(verbs) == {"pods", "persistentvolumeclaims", "events"}
    assert verbs["persistentvolumeclaims"] == ["get", "create"]


# ── Connections ─────────────────────────────────────────────────────────────────────────────────


def labels(part: str) -> dict[str, str]:
    found: dict[str, str] = pod(part)["metadata"]["labels"]
    return found


def policies(target: dict[str, str], kind: str) -> list[dict[str, Any]]:
    return [
        each["spec"]
        for each in resources()
        if each["kind"] == "NetworkPolicy"
        and kind in each["spec"]["policyTypes"]
        and covers(each["spec"]["podSelector"], target)
    ]


def can_reach(client: dict[str, str], part: str, port: str | None = None) -> bool:
    """Return whether the policies let a pod of the same namespace connect to the part.

    A part that no policy covers is open.
    """
    found = policies(labels(part), "Ingress")
    return not found or any(
        covers(source["podSelector"], client)
        for policy in found
        for rule in policy.get("ingress", [])
        if port is None or port in [each["port"] for each in rule["ports"]]
        for source in rule["from"]
        if "podSelector" in source and "namespaceSelector" not in source
    )


def test_users_servers_reach_the_hub_only() -> None:
    assert {part for part in PARTS if can_reach(USERS_SERVER, part)} == {"hub"}


def test_hub_reaches_portal_proxy_and_its_database() -> None:
    reached = {part for part in PARTS if can_reach(labels("hub"), part)}

    assert reached == {"portal", "proxy", "postgres"}
    assert can_reach(labels("hub"), "proxy", "api")


def test_only_the_hub_reaches_the_proxys_api() -> None:
    assert {part for part in PARTS if can_reach(labels(part), "proxy", "api")} == {"hub"}


def test_only_workers_and_proxy_reach_the_hub() -> None:
    clients = {part for part in PARTS if can_reach(labels(part), "hub")}

    assert clients == {"worker", "spawn-worker", "proxy"}


def test_only_parts_of_the_portal_reach_redis() -> None:
    """Write access to Redis equals control of the portal."""
    assert {part for part in PARTS if can_reach(labels(part), "redis")} == set(OF_THE_PORTAL)


def test_users_server_is_reached_by_proxy_and_hub() -> None:
    [policy] = policies(USERS_SERVER, "Ingress")
    sources = [source["podSelector"] for rule in policy["ingress"] for source in rule["from"]]
    clients = {part for part in PARTS if any(covers(each, labels(part)) for each in sources)}

    assert clients == {"proxy", "hub"}
    assert not any(covers(each, USERS_SERVER) for each in sources)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07::1", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),  # metadata of clouds
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("fd00::1", False),
        ("fe80::1", False),
        ("::1", False),
    ],
)
def test_users_server_reaches_public_addresses_only(address: str, allowed: bool) -> None:
    [policy] = policies(USERS_SERVER, "Egress")
    blocks = [
        target["ipBlock"]
        for rule in policy["egress"]
        for target in rule.get("to", [])
        if "ipBlock" in target
    ]

    assert allowed is any(
        ip_address(address) in ip_network(block["cidr"])
        and not any(ip_address(address) in ip_network(each) for each in block.get("except", []))
        for block in blocks
    )
