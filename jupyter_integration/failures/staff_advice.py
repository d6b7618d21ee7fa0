"""Advice for staff about each failure: a sentence, and a command to run."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.failures.pod_names import home_selector_of, pod_of


@dataclass(frozen=True, slots=True)
class Advice:
    """`sentence` is translated when rendered; `command` can be pasted into a shell unchanged."""

    sentence: Promise
    command: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """Commands for each platform, with the placeholders NAME, POD, HOME and REF."""

    sentence: Promise
    containers: str
    trial: str
    kubernetes: str

    def command(self) -> str:
        return _choose(self.containers, self.trial, self.kubernetes)


def _choose(containers: str, trial: str, kubernetes: str) -> str:
    """Return the command for the platform on which this portal runs."""
    if settings.TRIAL:
        return trial
    return kubernetes if settings.PLATFORM == "kubernetes" else containers


_ONE_START = (
    "docker compose logs --no-log-prefix | grep -w 'REF:'",
    "grep -hw 'REF:' var/logs/*.log",
    "kubectl -n shaparak logs -l app.kubernetes.io/name=shaparak --all-containers --tail=-1 "
    "| grep -w 'REF:'",
)
_HUB_ANSWERS = (
    "docker compose exec portal python deploy/containers/answers.py http://jupyterhub:8081/hub/api",
    "curl http://127.0.0.1:8002/hub/api",
    "kubectl -n shaparak exec deployment/worker -- "  # the portal's pods cannot reach the Hub
    "python deploy/containers/answers.py http://hub:8081/hub/api",
)
_HUB_LOG = (
    "docker compose logs --tail 100 jupyterhub | grep NAME",
    "grep -h NAME var/logs/jupyterhub.log | tail -100",
    "kubectl -n shaparak logs deployment/hub --tail 1000 | grep NAME",
)
_FAILED_CALLS = (
    "docker compose logs --no-log-prefix | grep 'Hub call failed' | tail -20",
    "grep -h 'Hub call failed' var/logs/*.log | tail -20",
    "kubectl -n shaparak logs -l app.kubernetes.io/name=shaparak --all-containers --tail=-1 "
    "| grep 'Hub call failed' | tail -20",
)
_SERVER_LOG = (
    "docker logs --tail 50 shaparak-jupyter-NAME",
    "tail -50 var/logs/servers/NAME.log",
    "kubectl -n shaparak logs --tail 50 POD || "
    "kubectl -n shaparak get events --field-selector involvedObject.name=POD",
)
_SERVERS = (
    "docker ps --filter label=org.shaparak.part=user-server",
    "ls -t var/logs/servers",
    "kubectl -n shaparak get pods -l component=singleuser-server",
)
# A pod that failed to start is removed. Its events stay for an hour.
_POD_EVENTS = "kubectl -n shaparak get events --field-selector involvedObject.name=POD"
_DOCKER = ("docker info", "docker info", "kubectl get nodes")
_IMAGE = ("docker image ls shaparak-user-server", "docker image ls", _POD_EVENTS)
_VOLUME = (
    "docker volume inspect shaparak-home-NAME",
    "ls -ld var/homes/NAME",
    f"kubectl -n shaparak describe pvc -l HOME; {_POD_EVENTS}",
)
_NODES = "kubectl describe nodes | grep -A 12 'Allocated resources'"
_QUOTAS = "kubectl -n shaparak describe resourcequota,limitrange"


def _on_kubernetes(sentence: Promise, command: str) -> _Entry:
    """Return the advice about a failure that only pods have."""
    return _Entry(sentence, command, command, command)


ADVICE: dict[FailureCode, _Entry] = {
    FailureCode.ACCOUNT_INACTIVE: _Entry(
        _("If the account should be active, activate it in this administration."), *_ONE_START
    ),
    FailureCode.HUB_AWAY: _Entry(
        _("Does JupyterHub respond? If not, restart it: queued starts continue by themselves."),
        *_HUB_ANSWERS,
    ),
    FailureCode.HUB_BUSY: _Entry(
        _(
            "JupyterHub's limit on concurrent starts was reached throughout. "
            "Do servers start slowly?"
        ),
        *_FAILED_CALLS,
    ),
    FailureCode.HUB_FULL: _Entry(
        _("JupyterHub's limit on servers is reached. Raise it, or stop unused servers."),
        *_SERVERS,
    ),
    FailureCode.HUB_BROKEN_ANSWER: _Entry(
        _("Something other than JupyterHub answers. Is the address of JupyterHub's API right?"),
        *_HUB_ANSWERS,
    ),
    FailureCode.TOKEN_REFUSED: _Entry(
        _(
            "The portal and JupyterHub have different tokens. "
            "Set the same one and restart JupyterHub."
        ),
        *_FAILED_CALLS,
    ),
    FailureCode.SCOPE_MISSING: _Entry(
        _(
            "The portal's role in JupyterHub's settings lacks the permission "
            "named in the Hub's message."
        ),
        *_FAILED_CALLS,
    ),
    FailureCode.HUB_REFUSED: _Entry(
        _("JupyterHub refused the call; its message says why."), *_ONE_START
    ),
    FailureCode.HUB_USER_NOT_MADE: _Entry(
        _(
            "Did JupyterHub have users before the portal? "
            "Link each one to the same person's account."
        ),
        "docker compose exec portal python manage.py adopt_hub_users",
        ".venv/bin/python manage.py adopt_hub_users",
        "kubectl -n shaparak exec deployment/worker -- python manage.py adopt_hub_users",
    ),
    FailureCode.REFUSED_BY_HOOK: _Entry(
        _("A hook in JupyterHub's settings refused the start; the user sees its message."),
        *_HUB_LOG,
    ),
    FailureCode.ENDED_FROM_OUTSIDE: _Entry(
        _("Was JupyterHub restarted or the container removed at that time?"), *_HUB_LOG
    ),
    FailureCode.IMAGE_MISSING: _Entry(
        _("Build or pull the image named in JupyterHub's message on this host."), *_IMAGE
    ),
    FailureCode.IMAGE_UNUSABLE: _Entry(
        _("The image lacks the program or the user named in JupyterHub's message. Rebuild it."),
        *_IMAGE,
    ),
    FailureCode.DOCKER_AWAY: _Entry(
        _("Is Docker running, and may JupyterHub's container use its socket?"), *_DOCKER
    ),
    FailureCode.DOCKER_REFUSED: _Entry(
        _("Docker refused the container; its message says why."), *_HUB_LOG
    ),
    FailureCode.KUBERNETES_AWAY: _on_kubernetes(
        _("Does the API server of Kubernetes respond, and may JupyterHub's pod reach it?"),
        "kubectl get --raw '/readyz?verbose' | tail -5",
    ),
    FailureCode.KUBERNETES_REFUSED: _on_kubernetes(
        _("Kubernetes refused the pod or cannot run it; JupyterHub's message says why."),
        f"kubectl -n shaparak describe role hub; {_QUOTAS}; {_POD_EVENTS}",
    ),
    FailureCode.CLUSTER_FULL: _on_kubernetes(
        _("No node has the resources named in JupyterHub's message. Add nodes or stop servers."),
        _NODES,
    ),
    FailureCode.NO_NODE: _on_kubernetes(
        _("Are nodes ready, and do their labels and taints match the servers' rules?"),
        "kubectl get nodes --show-labels && kubectl describe nodes | grep -A 2 Taints",
    ),
    FailureCode.QUOTA_REACHED: _on_kubernetes(
        _("The namespace has used up its quota. Raise it, or stop unused servers."), _QUOTAS
    ),
    FailureCode.POD_EVICTED: _on_kubernetes(
        _("Which resource ran short? JupyterHub's message names it, or the limit of the server."),
        f"{_POD_EVENTS} && kubectl top nodes",
    ),
    FailureCode.NODE_LOST: _on_kubernetes(
        _("Is the node's kubelet running? Its pods move to other nodes when they start again."),
        f"kubectl get nodes && {_POD_EVENTS}",
    ),
    FailureCode.NETWORK_TROUBLE: _Entry(
        _("Does the servers' network exist, and does it have a free address and a free port?"),
        "docker network inspect shaparak-servers",
        "ss -ltnp",
        _POD_EVENTS,
    ),
    FailureCode.CONTAINER_LEFT_OVER: _Entry(
        _("If this does not change, remove the old container; the files are in a volume."),
        "docker rm -f shaparak-jupyter-NAME",
        "ps -fu $USER",
        "kubectl -n shaparak delete pod POD",
    ),
    FailureCode.VOLUME_TROUBLE: _Entry(
        _("Does the user's volume exist, is it mounted, and can its owner write to it?"), *_VOLUME
    ),
    FailureCode.NO_SPACE: _Entry(
        _("Free up space on the servers' disk."),
        "df -h && docker system df",
        "df -h",
        f"{_QUOTAS} && {_POD_EVENTS}",
    ),
    FailureCode.HOME_FULL: _Entry(
        _("Give the user more space, or agree with the user on files to delete."), *_VOLUME
    ),
    FailureCode.NO_MEMORY: _Entry(
        _("Stop unused servers, or give each server less memory."),
        "free -h && docker stats --no-stream",
        "free -h",
        f"{_NODES} && {_POD_EVENTS}",
    ),
    FailureCode.HOST_EXHAUSTED: _Entry(
        _(
            "The host ran out of processes or open files. "
            "How many are in use, and what is the limit?"
        ),
        "ps -e --no-headers | wc -l && ulimit -a",
        "ps -e --no-headers | wc -l && ulimit -a",
        _NODES,
    ),
    FailureCode.START_TIMEOUT: _Entry(
        _("What does the server's log say? Is the host overloaded? Fewer concurrent starts help."),
        *_SERVER_LOG,
    ),
    FailureCode.PROCESS_EXITED: _Entry(
        _("The last lines of the server's log say why."), *_SERVER_LOG
    ),
    FailureCode.LAB_SILENT: _Entry(
        _("Does the proxy reach the server? Stopping and starting the server usually fixes it."),
        *_SERVER_LOG,
    ),
    FailureCode.UNKNOWN: _Entry(
        _("JupyterHub sent no more than its message. Its log may say more."), *_HUB_LOG
    ),
}


def log_command(reference: str) -> str:
    """Return the command that finds every log line of one start."""
    return _choose(*_ONE_START).replace("REF", reference)


def advise(code: str, *, reference: str, hub_username: str) -> Advice:
    """Return the advice about one user's start; an unrecognised code becomes UNKNOWN."""
    entry = ADVICE[FailureCode(code) if code in FailureCode.values else FailureCode.UNKNOWN]
    command = entry.command()
    for placeholder, value in (
        ("POD", pod_of(hub_username)),
        ("HOME", home_selector_of(hub_username)),
        ("NAME", hub_username),
        ("REF", reference),
    ):
        command = command.replace(placeholder, value)
    return Advice(entry.sentence, command)
