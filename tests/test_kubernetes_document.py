"""Files and commands in docs/kubernetes.md, held against the manifests."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import pytest
import yaml

from tests.kubernetes_files import EXAMPLE, KUSTOMIZATION, resource, resources, workloads
from tests.test_env_example import ROOT

TEXT = (ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8")
BLOCKS = [textwrap.dedent(it) for it in re.findall(r"^ *```\n(.*?)^ *```", TEXT, re.S | re.M)]
[OVERLAY] = [yaml.safe_load(block) for block in BLOCKS if block.startswith("resources:")]


def test_overlay_renames_every_image_of_the_base() -> None:
    base = {image["newName"] for image in KUSTOMIZATION["images"]}

    assert {image["name"] for image in OVERLAY["images"]} == base


def test_overlay_starts_users_in_its_own_image() -> None:
    [renamed] = [it for it in OVERLAY["images"] if it["name"].endswith("/shaparak-user-server")]
    [patch] = [it for it in OVERLAY["patches"] if it["target"]["name"] == "shaparak-hub"]
    [change] = yaml.safe_load(patch["patch"])

    assert change["path"] == "/data/SERVER_IMAGE"
    assert change["value"] == f"{renamed['newName']}:{renamed['newTag']}"


def test_overlay_replaces_what_is_in_the_manifests() -> None:
    for patch in OVERLAY["patches"]:
        target = resource(patch["target"]["kind"], patch["target"]["name"])
        for change in yaml.safe_load(patch["patch"]):
            if change["op"] == "replace":
                assert at(target, change["path"]) is not None


def test_overlay_leaves_no_name_of_the_example() -> None:
    changed = [
        change["path"] for patch in OVERLAY["patches"] for change in yaml.safe_load(patch["patch"])
    ]
    ingress = list(resources("components/ingress/ingress.yaml"))
    names = {"/spec/tls/0/hosts"} | {
        f"/spec/rules/{number}/host"
        for each in ingress
        for number, _ in enumerate(each["spec"]["rules"])
    }

    assert names <= {path.removesuffix("/0") if "/hosts/" in path else path for path in changed}


def test_commands_create_every_secret() -> None:
    commands = "\n".join(block for block in BLOCKS if "create secret generic" in block)
    created = {
        name: set(re.findall(r"^([\w.]+)=", lines, re.MULTILINE))
        for name, lines in re.findall(
            r"create secret generic (\S+) [^\n]*<<EOF\n(.*?)^EOF", commands, re.S | re.M
        )
    }

    assert created == {
        each["metadata"]["name"]: set(each["stringData"]) for each in resources(EXAMPLE)
    }


def test_every_service_account_gets_the_registrys_password() -> None:
    used = {pod["spec"].get("serviceAccountName", "default") for pod in workloads().values()}
    patched = re.findall(r"serviceaccount (\w+)|kind: ServiceAccount, name: (\w+)", TEXT)

    assert {command or overlay for command, overlay in patched} == used


@pytest.mark.parametrize("policy", ["portal", "proxy"])
def test_patch_lets_addresses_in_where_browsers_come_in(policy: str) -> None:
    rules = resource("NetworkPolicy", policy)["spec"]["ingress"]

    assert "path: /spec/ingress/0/from/-" in TEXT
    assert [port["port"] for port in rules[0]["ports"]] == ["http"]


def test_patch_of_users_servers_excludes_more_addresses() -> None:
    [path] = re.findall(r"`(/spec/egress/\S+)/-`", TEXT)

    assert "10.0.0.0/8" in at(resource("NetworkPolicy", "users-servers"), path)


def at(tree: Any, path: str) -> Any:
    """Return the value at a JSON pointer without escapes."""
    for step in path.strip("/").split("/"):
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return tree
