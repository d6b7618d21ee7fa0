"""Escapes from the Hub's container that the guard prevents.

The tests in this folder use an engine's double; the smoke test uses a real engine, from inside the
Hub's own container.
"""

from __future__ import annotations

import copy
from typing import Any

from deploy.socket_guard.server_limits import GUARD_LABEL

MINE = "/v1.45/containers/shaparak-jupyter-sara"
OTHERS = "/v1.45/containers/shaparak-postgres"
CREATE = "/v1.45/containers/create?name=shaparak-jupyter-sara"

# The request of docker-py and DockerSpawner 14 with the settings of containers.py.
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
        "CpuShares": 256,
        "PidsLimit": 512,
        "ReadonlyRootfs": True,
        "Tmpfs": {
            "/tmp": "rw,exec,nosuid,nodev,mode=1777,size=1073741824",
            "/var/tmp": "rw,exec,nosuid,nodev,mode=1777,size=134217728",
        },
        "ShmSize": 536870912,
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "5m", "max-file": "2"}},
        "Ulimits": [{"Name": "core", "Soft": 0, "Hard": 0}],
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


_HOST = SERVER["HostConfig"]


def server_with(path: str, value: Any) -> dict[str, Any]:
    """Return a user's server with another value of one field, such as `HostConfig.Privileged`."""
    request = copy.deepcopy(SERVER)
    *folders, field = path.split(".")
    place = request
    for folder in folders:
        place = place[folder]
    place[field] = value
    return request


def server_without(path: str) -> dict[str, Any]:
    request = server_with(path, None)
    *folders, field = path.split(".")
    place = request
    for folder in folders:
        place = place[folder]
    del place[field]
    return request


# Requests for more than a user's server: the field and its value.
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
    "another runtime, outside of HostConfig": ("Runtime", "sysbox"),
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
    "a greater share of busy processors": ("HostConfig.CpuShares", 257),
    "processors by another field": ("HostConfig.NanoCpus", 64 * 10**9),
    "processes without a limit": ("HostConfig.PidsLimit", -1),
    "never killed when memory runs out": ("HostConfig.OomKillDisable", True),
    "started again for ever": ("HostConfig.RestartPolicy", {"Name": "always"}),
    "logs somewhere else": ("HostConfig.LogConfig", {"Type": "syslog"}),
    "a log without a limit": ("HostConfig.LogConfig", {"Type": "json-file", "Config": {}}),
    "a larger log": (
        "HostConfig.LogConfig",
        {"Type": "json-file", "Config": {"max-size": "5g", "max-file": "2"}},
    ),
    "a log with labels": (
        "HostConfig.LogConfig",
        {"Type": "json-file", "Config": {"max-size": "5m", "max-file": "2", "env": "TOKEN"}},
    ),
    "a second log driver in another case": (
        "HostConfig.LogConfig",
        {**_HOST["LogConfig"], "type": "syslog"},
    ),
    "a writable root": ("HostConfig.ReadonlyRootfs", False),
    "a larger /tmp": (
        "HostConfig.Tmpfs",
        {**_HOST["Tmpfs"], "/tmp": _HOST["Tmpfs"]["/tmp"].replace("size=1", "size=9")},
    ),
    "a /tmp without a limit": (
        "HostConfig.Tmpfs",
        {**_HOST["Tmpfs"], "/tmp": "rw,exec,nosuid,nodev,mode=1777"},
    ),
    "one more temporary folder": ("HostConfig.Tmpfs", {**_HOST["Tmpfs"], "/etc": "size=1048576"}),
    "devices in /tmp": (
        "HostConfig.Tmpfs",
        {**_HOST["Tmpfs"], "/tmp": _HOST["Tmpfs"]["/tmp"].replace("nodev", "dev")},
    ),
    "more shared memory": ("HostConfig.ShmSize", 536870913),
    "shared memory as a float": ("HostConfig.ShmSize", 536870912.0),
    "core dumps": ("HostConfig.Ulimits", [{"Name": "core", "Soft": -1, "Hard": -1}]),
    "another limit of the kernel": (
        "HostConfig.Ulimits",
        [*_HOST["Ulimits"], {"Name": "memlock", "Soft": -1, "Hard": -1}],
    ),
    "a limit that is a no": (
        "HostConfig.Ulimits",
        [{"Name": "core", "Soft": False, "Hard": 0}],
    ),
    "names of other hosts": ("HostConfig.ExtraHosts", ["portal:10.0.0.1"]),
    "a link": ("HostConfig.Links", ["shaparak-postgres:db"]),
    "a field in another case": ("HostConfig.privileged", True),
    "the whole host part in another case": ("hostconfig", {"Privileged": True}),
    "an unknown field": ("HostConfig.GiveMeAll", True),
    "a host part that is a list": ("HostConfig", []),
    "an object instead of text": ("Env", [{"A": "b"}]),
}

# Requests that no server needs.
REFUSED_REQUESTS = [
    ("GET", "/v1.45/containers/json"),
    ("GET", "/v1.45/containers/json?all=1"),
    ("GET", "/v1.45/images/json"),
    ("GET", "/v1.45/images/shaparak-portal/json"),
    ("GET", "/v1.45/info"),
    ("GET", "/v1.45/events"),
    ("GET", "/v1.45/secrets"),
    ("GET", f"{MINE}/logs?stdout=1"),
    ("GET", f"{MINE}/archive?path=/"),
    ("GET", f"{MINE}/export"),
    ("GET", f"{MINE}/top"),
    ("GET", f"{MINE}/stats"),
    ("GET", f"{MINE}/stats?stream=true"),
    ("GET", f"{MINE}/stats?stream=false&stream=true"),
    ("PUT", f"{MINE}/archive?path=/"),
    ("POST", f"{MINE}/exec"),
    ("POST", "/v1.45/exec/5a5a/start"),
    ("POST", f"{MINE}/attach?stream=1"),
    ("POST", f"{MINE}/update"),
    ("POST", f"{MINE}/rename?name=shaparak-jupyter-omid"),
    ("POST", f"{MINE}/kill"),
    ("POST", f"{MINE}/pause"),
    ("POST", f"{MINE}/start?detachKeys=a"),
    ("POST", "/v1.45/commit?container=shaparak-jupyter-sara"),
    ("POST", "/v1.45/build"),
    ("POST", "/v1.45/images/create?fromImage=evil"),
    ("POST", "/v1.45/images/load"),
    ("POST", "/v1.45/volumes/create"),
    ("GET", "/v1.45/volumes"),
    ("POST", "/v1.45/networks/create"),
    ("POST", "/v1.45/networks/shaparak_data/connect"),
    ("POST", "/v1.45/plugins/pull"),
    ("POST", "/v1.45/swarm/init"),
    ("POST", "/v1.45/session"),
    ("POST", "/grpc"),
    ("POST", "/v1.45/containers/prune"),
    ("POST", "/v1.45/containers/create"),
    ("POST", "/v1.45/containers/create?name=a&name=b"),
    ("POST", "/v1.45/containers/create?name=shaparak-jupyter-sara&platform=x"),
    ("DELETE", "/v1.45/volumes/shaparak-home-sara"),
    ("DELETE", f"{MINE}?link=1"),
    # Older API versions accept a host part when a container starts.
    ("POST", "/v1.23/containers/shaparak-jupyter-sara/start"),
    ("POST", "/containers/shaparak-jupyter-sara/start"),
    # The same paths, written differently.
    ("GET", "/v1.45/images/../containers/json"),
    ("GET", "/v1.45/images/shaparak-user-server/../../containers/shaparak-postgres/json"),
    ("GET", "/v1.45//containers/json"),
    ("POST", "/v1.45/containers/shaparak-jupyter-sara/%65xec"),
    ("POST", "/v1.45/containers/shaparak-jupyter-sara%2Fexec"),
    ("POST", "http://engine/v1.45/containers/shaparak-jupyter-sara/start"),
    ("HEAD", "/_ping"),
    ("OPTIONS", "/version"),
]

# Requests for a container without the guard's label.
REQUESTS_OF_OTHERS = [
    ("GET", f"{OTHERS}/json"),
    ("GET", f"{OTHERS}/stats?stream=false"),
    ("POST", f"{OTHERS}/start"),
    ("POST", f"{OTHERS}/stop"),
    ("DELETE", OTHERS),
]
