"""Messages of spawners, of Docker and of the Hub lead to the right failure code."""

import asyncio
import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from jupyterhub.spawner import SpawnException
from tornado.web import HTTPError

from jupyter_integration.failures.classify import code_of_reason, message_of_hook
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.tests.test_classify_pods import CODES_OF_PODS

SAMPLES = Path(__file__).parent / "hub" / "samples"


def sample(name: str) -> dict[str, Any]:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def hub_message(error: BaseException) -> str:
    """Return the text that SpawnProgressAPIHandler makes of a spawner's exception."""
    return f"Spawn failed: {error}"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("progress_after_fast_failure", FailureCode.UNKNOWN),
        ("progress_after_spawnexception", FailureCode.REFUSED_BY_HOOK),
        ("progress_process_exits", FailureCode.START_TIMEOUT),
    ],
)
def test_recorded_progress_streams_give_codes(name: str, code: FailureCode) -> None:
    [last] = [event for _second, event in sample(name)["events"] if event.get("failed")]

    assert code_of_reason(last["message"]) is code


CODES_OF_DOCKERSPAWNER = {
    "start_timeout exceeded": "start_timeout",
    "a hook raises web.HTTPError": "refused_by_hook",
    "a hook raises SpawnException": "refused_by_hook",
    "a hook raises OSError EDQUOT": "home_full",
    "image missing, never pulled": "image_missing",
    "image missing, no registry": "image_missing",
    "network missing": "network_trouble",
    "program missing in the image": "image_unusable",
    "volume with a wrong mode": "volume_trouble",
    "memory limit too small": "docker_refused",
    "container exits at once, port published": "process_exited",
    "container exits at once, internal address": "process_exited",
    "container lives and does not answer": "start_timeout",
}


def test_recorded_failures_of_dockerspawner_give_codes() -> None:
    messages = sample("spawn_failures_dockerspawner")["messages"]

    codes = {case: code_of_reason(message) for case, message in messages.items()}
    assert codes == CODES_OF_DOCKERSPAWNER


def test_timeout_without_text_is_start_timeout() -> None:
    """jupyterhub/user.py waits for Spawner.start in this way."""

    async def start() -> None:
        await asyncio.wait_for(asyncio.sleep(60), timeout=0.001)

    with pytest.raises(TimeoutError) as caught:
        asyncio.run(start())

    assert code_of_reason(hub_message(caught.value)) is FailureCode.START_TIMEOUT


# --- Recorded from Docker Engine 26.1 through docker-py 7.1 ------------------------------------

URL = "http+docker://localhost/v1.45"
START = f"{URL}/containers/9f3c/start: Internal Server Error"
CREATE = f"{URL}/containers/create?name=shaparak-jupyter-sara"
RUNC = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: "
    "runc create failed: unable to start container process"
)
DOCKER_MESSAGES = {
    '404 Client Error: Not Found ("manifest for jupyterhub/singleuser:1.1 not found: '
    'manifest unknown: manifest unknown")': "image_missing",
    f"404 Client Error for {URL}/images/create?tag=1&fromImage=lab: Not Found "
    "(\"pull access denied for lab, repository does not exist or may require 'docker login'\")": (
        "image_missing"
    ),
    f"500 Server Error for {URL}/images/create?tag=1&fromImage=lab: Internal Server Error "
    '("write /var/lib/docker/tmp/GetImageBlob1: no space left on device")': "no_space",
    "Unknown docker network 'shaparak-servers'. Did you create it with `docker network create "
    "<name>`?": "network_trouble",
    f'500 Server Error for {START} ("driver failed programming external connectivity on endpoint '
    "shaparak-jupyter-sara (38e3): Error starting userland proxy: listen tcp4 0.0.0.0:47925: bind: "
    'address already in use")': "network_trouble",
    f"500 Server Error for {START} "
    '("could not select device driver "" with capabilities: [[gpu]]")': "docker_refused",
    f"500 Server Error for {START} "
    '("unable to find user jovyan: no matching entries in passwd file")': "image_unusable",
    f"500 Server Error for {START} (\"error while mounting volume '/var/lib/docker/volumes/"
    "shaparak-home-sara/_data': failed to mount local volume: mount /srv/homes/sara:/var/lib/docker"
    '/volumes/shaparak-home-sara/_data, flags: 0x1000: no such file or directory")': (
        "volume_trouble"
    ),
    f'400 Client Error for {CREATE}: Bad Request ("invalid mount config for type "bind": bind '
    'source path does not exist: /srv/homes/sara")': "volume_trouble",
    f'404 Client Error for {CREATE}: Not Found ("create shaparak-home-sara: error looking up '
    'volume plugin nfs: plugin "nfs" not found")': "volume_trouble",
    f'400 Client Error for {CREATE}: Bad Request ("create home?sara: "home?sara" includes invalid '
    "characters for a local volume name, only "
    '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed.")': "volume_trouble",
    f'400 Client Error for {CREATE}: Bad Request ("create shaparak-home-sara: quota size '
    'requested but no quota support")': "volume_trouble",
    f"403 Client Error for {CREATE}: Forbidden (\"socket guard: there are 108 users' containers, "
    'and no more are allowed")': "hub_full",
    f'409 Client Error for {CREATE}: Conflict ("Conflict. The container name '
    '"/shaparak-jupyter-sara" is already in use by container "15e5". You have to remove (or '
    'rename) that container to be able to reuse that name.")': "container_left_over",
    f"404 Client Error for {URL}/containers/9f3c/start: Not Found "
    '("No such container: 9f3c")': "ended_from_outside",
    f'500 Server Error for {START} ("{RUNC}: process_linux.go:326: applying cgroup configuration '
    "for process caused: mkdir /sys/fs/cgroup/memory/docker/48f8: cannot allocate memory: "
    'unknown")': "no_memory",
    f'500 Server Error for {START} ("fork/exec /usr/bin/containerd-shim-runc-v2: resource '
    'temporarily unavailable: unknown")': "host_exhausted",
    "Error while fetching server API version: ('Connection aborted.', FileNotFoundError(2, "
    "'No such file or directory'))": "docker_away",
    "UnixHTTPConnectionPool(host='localhost', port=None): Read timed out. (read timeout=60)": (
        "docker_away"
    ),
}


@pytest.mark.parametrize(("message", "code"), DOCKER_MESSAGES.items())
def test_message_of_docker_gives_code(message: str, code: str) -> None:
    assert code_of_reason(f"Spawn failed: {message}") == code


# --- Errors of Python and of the kernel, and messages of the Hub itself -------------------------

HOST_ERRORS = [
    (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "no_space"),
    (OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), "no_memory"),
    (OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)), "host_exhausted"),
    (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "host_exhausted"),
    (OSError(errno.EROFS, os.strerror(errno.EROFS), "/homes/sara"), "volume_trouble"),
    (OSError(errno.ESTALE, os.strerror(errno.ESTALE), "/homes/sara"), "volume_trouble"),
    (OSError(errno.EACCES, os.strerror(errno.EACCES), "/homes/sara"), "volume_trouble"),
    (OSError(errno.ENOENT, os.strerror(errno.ENOENT), "jupyterhub-singleuser"), "image_unusable"),
    (RuntimeError("can't start new thread"), "host_exhausted"),
    (HTTPError(500, "Spawner failed to start [status=1]. The logs …"), "process_exited"),
]


@pytest.mark.parametrize(("error", "code"), HOST_ERRORS)
def test_error_of_the_host_gives_code(error: Exception, code: str) -> None:
    assert code_of_reason(hub_message(error)) == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Spawn failed: Server process ended with exit code 137", "process_exited"),
        ("The server exited with 1 before responding", "process_exited"),
        ("Spawn cancelled", "ended_from_outside"),
        ("OOMKilled", "no_memory"),
        ("", "unknown"),
        ("Spawn failed", "unknown"),
    ],
)
def test_message_of_the_hub_gives_code(message: str, code: str) -> None:
    assert code_of_reason(message) == code


@pytest.mark.parametrize(
    "message",
    [
        "my classroom is too small",
        "the timeouts of last week",
        "Spawn failed: 'jupyter' object has no attribute 'image'",
        "Spawn failed: [Errno 2] No such file or directory: '/srv/lessons/1.ipynb'",
        "Spawn failed: invalid literal for int() with base 10: 'exit'",
        "Spawn failed: 404 Client Error: Not Found for url: https://example.ir/quota",
        "Spawn failed: the network is fine",
        "Spawn failed: volume 7 of the encyclopaedia",
    ],
)
def test_similar_message_stays_unknown(message: str) -> None:
    assert code_of_reason(message) is FailureCode.UNKNOWN


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (SpawnException("No GPU, sorry", reason="gpu", status_code=503), "No GPU, sorry"),
        (SpawnException("no such image: بپرسید", reason="x"), "no such image: بپرسید"),
        (SpawnException("two\nlines (and more)", reason="x"), "two\nlines (and more)"),
        (HTTPError(400, "Image x not in allowed list: a, b"), "Image x not in allowed list: a, b"),
        (HTTPError(418, "a (b) c"), "a (b) c"),
        (HTTPError(403), ""),
    ],
)
def test_refusal_of_a_hook_keeps_its_message(error: Exception, message: str) -> None:
    reason = hub_message(error)

    assert code_of_reason(reason) is FailureCode.REFUSED_BY_HOOK
    assert message_of_hook(reason) == message


def test_other_messages_have_no_hook_message() -> None:
    assert {message_of_hook(text) for text in ("", "Spawn failed: boom", *DOCKER_MESSAGES)} == {""}


def test_every_code_of_a_message_is_tested_here() -> None:
    of_the_portal = {"account_inactive", "hub_user_not_made", "lab_silent"}
    by_calls = {"hub_away", "hub_busy", "hub_full", "hub_broken_answer", "hub_refused"}
    by_calls |= {"token_refused", "scope_missing", "refused_by_hook"}
    tested = {
        *CODES_OF_DOCKERSPAWNER.values(),
        *DOCKER_MESSAGES.values(),
        *(code for _error, code in HOST_ERRORS),
        *CODES_OF_PODS,
        "unknown",
    }

    assert tested | by_calls | of_the_portal == set(FailureCode.values)
