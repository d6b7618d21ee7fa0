"""Values and rules that the Hub's environment and the portal's have a copy of each."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from kubespawner import spawner as kubespawner

from accounts.hub_usernames import HUB_USERNAME_PATTERN
from jupyter_integration.failures.classify import code_of_reason
from jupyter_integration.failures.pod_names import claims_of, home_selector_of, pod_of
from jupyter_integration.models import HubEvent
from jupyter_integration.status.progress_messages import translate_hub_message
from portal.checks.secrets import PUBLISHED_TOKENS, check_webhook_secrets
from tests.hub_configuration.conftest import FOLDER


@pytest.mark.parametrize(
    "secret",
    [
        "whsec_" + "b2xk" * 8,
        "whsec_" + "b2xk" * 7,  # 21 bytes
        "b2xk" * 10,
        "whsec_not-base64",
        "whsec_" + "é" * 40,
    ],
)
def test_both_accept_the_same_webhook_secrets(load: Any, settings: Any, secret: str) -> None:
    settings.WEBHOOK_SECRETS = [secret]
    accepted = load("environment_source").is_webhook_secret(secret)

    assert accepted is (check_webhook_secrets() == [])
    assert accepted is (secret == "whsec_" + "b2xk" * 8)


def test_both_read_addresses_by_the_same_rules() -> None:
    ours = FOLDER / "browser_origin.py"

    assert ours.read_text() == (FOLDER.parent / "portal" / ours.name).read_text()


def test_both_refuse_the_same_tokens(load: Any) -> None:
    assert load("hub_environment").PUBLISHED_TOKENS == PUBLISHED_TOKENS


@pytest.mark.parametrize(
    "file",
    [
        "jupyterhub/jupyterhub_config.py",
        "deploy/kubernetes/components/chart/jupyterhub-values.yaml",
    ],
)
def test_hub_accepts_the_names_that_are_issued(file: str) -> None:
    text = (FOLDER.parent / file).read_text(encoding="utf-8")

    assert re.findall(r"username_pattern.*['\"](.+)['\"]", text) == [HUB_USERNAME_PATTERN]


def test_portal_knows_every_event_of_the_hub(load: Any) -> None:
    sent = {load("portal_events").SERVER_STARTED, *load("server_exits").ExitKind}

    assert sent == set(HubEvent.Kind.values)


def test_portal_translates_every_step_of_a_start(load: Any) -> None:
    messages = [step.message for step in load("start_steps").Step]

    assert [text for text in messages if translate_hub_message(text) == text] == []


def test_portal_translates_every_event_of_a_pod(load: Any) -> None:
    steps = load("pod_steps")
    event = {"message": "Words for administrators"}
    messages = [steps.message_of({"reason": reason, **event}) for reason in steps.PERCENT]

    other = translate_hub_message(steps.message_of({"reason": "SomethingNew", **event}))
    assert {translate_hub_message(text) for text in messages}.isdisjoint({*messages, other})


def test_portal_recognises_problems_of_pods(load: Any) -> None:
    problem = load("pod_failures").Problem("Evicted", "The node was low on resource: memory.")

    assert code_of_reason(f"Spawn failed: {problem}") == "pod_evicted"


@pytest.mark.parametrize(
    "name", ["sara", "a-b", "a", "a-", "a---", "a--b", "x1-", "a-b-1", "a--" + "b-" * 13 + "c"]
)
def test_portal_knows_the_names_of_pods_and_claims(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(kubespawner, "load_config", lambda **_: None)
    monkeypatch.setattr(kubespawner, "shared_client", lambda _: None)
    user = SimpleNamespace(name=name, id=1, url="/user/")

    spawner = kubespawner.KubeSpawner(_mock=True, user=user, pvc_name_template="home-{user_server}")

    assert re.search(HUB_USERNAME_PATTERN, name)
    assert spawner.pod_name == pod_of(name)
    claim = spawner.get_pvc_manifest()
    label, _, value = home_selector_of(name).partition("=")
    assert claim.metadata.name in claims_of(name)
    assert claim.metadata.labels[label] == value
