"""Of all that a container can be, a user's server passes, and nothing else."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from deploy.socket_guard.rules import GUARD_LABEL
from deploy.socket_guard.tests.conftest import Ask, EngineDouble

CREATE = "/v1.45/containers/create?name=shaparak-jupyter-sara"

# As docker-py and DockerSpawner 14 send it, with what containers.py configures.
SERVER: dict[str, Any] = {
    "Hostname": None,
    "Domainname": None,
    "ExposedPorts": {"8888/tcp": None},
    "User": None,
    "Tty": False,
    "OpenStdin": False,
    "StdinOnce": False,
    "AttachStdin": False,
    "AttachStdout": True,
    "AttachStderr": True,
    "Env": ["JUPYTERHUB_API_TOKEN=secret-of-sara"],
    "Cmd": ["python", "/opt/shaparak/user_server.py"],
    "Image": "shaparak-user-server",
    "Volumes": {"/home/user": {}},
    "NetworkDisabled": False,
    "Entrypoint": None,
    "WorkingDir": None,
    "HostConfig": {
        "Memory": 2147483648,
        "NetworkMode": "shaparak-servers",
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges"],
        "Binds": ["shaparak-home-sara:/home/user:rw"],
        "Links": [],
        "CpuQuota": 200000,
        "CpuPeriod": 100000,
        "PidsLimit": 512,
        "AutoRemove": True,
        "Init": True,
        "Mounts": [],
    },
    "NetworkingConfig": None,
    "MacAddress": None,
    "Labels": {"org.shaparak.part": "user-server"},
    "StopSignal": None,
    "Healthcheck": None,
    "StopTimeout": None,
    "Runtime": None,
}


def server_with(path: str, value: Any) -> dict[str, Any]:
    """A user's server but for one field, such as `HostConfig.Privileged`."""
    asked = copy.deepcopy(SERVER)
    *folders, field = path.split(".")
    place = asked
    for folder in folders:
        place = place[folder]
    place[field] = value
    return asked


def server_without(path: str) -> dict[str, Any]:
    asked = server_with(path, None)
    *folders, field = path.split(".")
    place = asked
    for folder in folders:
        place = place[folder]
    del place[field]
    return asked


def test_a_users_server_passes_with_the_guards_label_on_it(ask: Ask, engine: EngineDouble) -> None:
    status, _ = ask("POST", CREATE, SERVER)

    assert status == 201
    ((_, _, passed_on),) = engine.asked
    labels = {"org.shaparak.part": "user-server", GUARD_LABEL: "sara"}
    assert passed_on == {**SERVER, "Labels": labels}


ESCAPES = {
    "privileged": ("HostConfig.Privileged", True),
    "the host's root": ("HostConfig.Binds", ["/:/host:rw"]),
    "the host's root beside the home": (
        "HostConfig.Binds",
        ["shaparak-home-sara:/home/user:rw", "/:/host"],
    ),
    "the engine's socket": ("HostConfig.Binds", ["/var/run/docker.sock:/home/user:rw"]),
    "another user's volume": ("HostConfig.Binds", ["shaparak-home-omid:/home/user:rw"]),
    "a volume of the stack": ("HostConfig.Binds", ["shaparak_postgres_data:/home/user:rw"]),
    "the own volume elsewhere": ("HostConfig.Binds", ["shaparak-home-sara:/etc:rw"]),
    "a mount": (
        "HostConfig.Mounts",
        [{"Type": "bind", "Source": "/", "Target": "/host"}],
    ),
    "a volume with a driver of its own": (
        "HostConfig.Mounts",
        [{"Type": "volume", "VolumeOptions": {"DriverConfig": {"Options": {"device": "/"}}}}],
    ),
    "volumes of another container": ("HostConfig.VolumesFrom", ["shaparak-postgres"]),
    "an anonymous volume elsewhere": ("Volumes", {"/etc": {}}),
    "the host's processes": ("HostConfig.PidMode", "host"),
    "another container's processes": ("HostConfig.PidMode", "container:shaparak-jupyterhub"),
    "the host's network": ("HostConfig.NetworkMode", "host"),
    "another container's network": ("HostConfig.NetworkMode", "container:shaparak-postgres"),
    "the database's network": ("HostConfig.NetworkMode", "shaparak_data"),
    "a second network": ("NetworkingConfig", {"EndpointsConfig": {"shaparak_data": {}}}),
    "the host's memory between processes": ("HostConfig.IpcMode", "host"),
    "the host's names": ("HostConfig.UTSMode", "host"),
    "the host's users": ("HostConfig.UsernsMode", "host"),
    "the host's control groups": ("HostConfig.CgroupnsMode", "host"),
    "another control group": ("HostConfig.CgroupParent", "/"),
    "one capability": ("HostConfig.CapAdd", ["SYS_ADMIN"]),
    "capabilities kept": ("HostConfig.CapDrop", []),
    "a device": (
        "HostConfig.Devices",
        [{"PathOnHost": "/dev/sda", "PathInContainer": "/dev/sda", "CgroupPermissions": "rwm"}],
    ),
    "all devices": ("HostConfig.DeviceCgroupRules", ["a *:* rwm"]),
    "a request for devices": ("HostConfig.DeviceRequests", [{"Count": -1}]),
    "seccomp off": ("HostConfig.SecurityOpt", ["no-new-privileges", "seccomp=unconfined"]),
    "apparmor off": ("HostConfig.SecurityOpt", ["apparmor=unconfined"]),
    "new privileges": ("HostConfig.SecurityOpt", []),
    "nothing hidden in /proc": ("HostConfig.MaskedPaths", []),
    "nothing read-only in /proc": ("HostConfig.ReadonlyPaths", []),
    "a kernel setting": ("HostConfig.Sysctls", {"kernel.core_pattern": "|/bin/sh"}),
    "another runtime": ("HostConfig.Runtime", "sysbox"),
    "another runtime, told outside": ("Runtime", "sysbox"),
    "a port of the host": ("HostConfig.PortBindings", {"8888/tcp": [{"HostPort": "80"}]}),
    "all ports of the host": ("HostConfig.PublishAllPorts", True),
    "another image": ("Image", "shaparak-portal"),
    "another user in it": ("User", "0"),
    "another program": ("Entrypoint", ["/bin/sh"]),
    "a program that checks its health": ("Healthcheck", {"Test": ["CMD-SHELL", "id"]}),
    "the label of a service": ("Labels", {"com.docker.compose.service": "postgres"}),
    "the guard's own label": ("Labels", {GUARD_LABEL: "omid"}),
    "memory without a limit": ("HostConfig.Memory", 0),
    "memory beyond the limit": ("HostConfig.Memory", 2 * 2**30 + 1),
    "memory as text": ("HostConfig.Memory", "2g"),
    "memory as a yes": ("HostConfig.Memory", True),
    "processors without a limit": ("HostConfig.CpuQuota", -1),
    "processors beyond the limit": ("HostConfig.CpuQuota", 200_001),
    "a shorter period, so more processors": ("HostConfig.CpuPeriod", 1000),
    "processors told otherwise": ("HostConfig.NanoCpus", 64 * 10**9),
    "processes without a limit": ("HostConfig.PidsLimit", -1),
    "never killed for want of memory": ("HostConfig.OomKillDisable", True),
    "started again for ever": ("HostConfig.RestartPolicy", {"Name": "always"}),
    "logs somewhere else": ("HostConfig.LogConfig", {"Type": "syslog"}),
    "names of other hosts": ("HostConfig.ExtraHosts", ["portal:10.0.0.1"]),
    "a link": ("HostConfig.Links", ["shaparak-postgres:db"]),
    "a field in another case": ("HostConfig.privileged", True),
    "the whole host part in another case": ("hostconfig", {"Privileged": True}),
    "a field that nobody knows yet": ("HostConfig.GiveMeAll", True),
    "a host part that is none": ("HostConfig", []),
    "text that is no text": ("Env", [{"A": "b"}]),
}


@pytest.mark.parametrize(("path", "value"), ESCAPES.values(), ids=ESCAPES)
def test_an_escape_is_refused_before_the_engine_hears_of_it(
    ask: Ask, engine: EngineDouble, path: str, value: Any
) -> None:
    status, answer = ask("POST", CREATE, server_with(path, value))

    assert status == 403
    assert answer["message"].startswith("socket guard: ")
    assert engine.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "Image",
        "HostConfig",
        "HostConfig.NetworkMode",
        "HostConfig.Binds",
        "HostConfig.CapDrop",
        "HostConfig.SecurityOpt",
        "HostConfig.Memory",
        "HostConfig.CpuPeriod",
        "HostConfig.CpuQuota",
        "HostConfig.PidsLimit",
    ],
)
def test_a_limit_that_is_left_out_is_refused(ask: Ask, engine: EngineDouble, path: str) -> None:
    status, answer = ask("POST", CREATE, server_without(path))

    assert (status, engine.asked) == (403, [])
    assert path.split(".")[-1] in answer["message"]


@pytest.mark.parametrize(
    "name",
    [
        "shaparak-postgres",
        "shaparak-jupyterhub",
        "shaparak-jupyter-",
        "shaparak-jupyter-SARA",
        "shaparak-jupyter-sara.x",
        "x-shaparak-jupyter-sara",
        "shaparak-jupyter-omid",
    ],
)
def test_another_name_is_refused_or_needs_the_volume_of_that_very_user(
    ask: Ask, engine: EngineDouble, name: str
) -> None:
    status, _ = ask("POST", f"/v1.45/containers/create?name={name}", SERVER)

    assert (status, engine.asked) == (403, [])


def test_of_a_field_that_is_there_twice_the_engine_gets_the_one_that_was_checked(
    ask: Ask, engine: EngineDouble
) -> None:
    twice = json.dumps(SERVER).replace(
        '"HostConfig": {', '"HostConfig": {"Privileged": true}, "HostConfig": {', 1
    )

    status, _ = ask("POST", CREATE, twice.encode())

    assert status == 201
    assert "Privileged" not in json.dumps(engine.asked)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{", b"[" * 100_000, b"\xff", b'"text"'], ids=range(7)
)
def test_what_is_no_container_is_refused(ask: Ask, engine: EngineDouble, body: bytes) -> None:
    assert ask("POST", CREATE, body)[0] == 403
    assert engine.asked == []


def test_a_refusal_never_repeats_what_is_in_the_environment(ask: Ask) -> None:
    _, answer = ask("POST", CREATE, server_with("Env", ["TOKEN=secret-of-sara", 1]))

    assert "secret-of-sara" not in answer["message"]
