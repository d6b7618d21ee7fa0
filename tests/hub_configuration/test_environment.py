"""The Hub starts with what it needs, or says everything that is wrong at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hub_configuration.conftest import FOLDER

GOOD = {
    "SHAPARAK_MODE": "trial",
    "SHAPARAK_VAR": "/copy",
    "PORTAL_URL": "https://portal.example.org/",
    "HUB_URL": "https://hub.example.org",
    "JUPYTERHUB_API_TOKEN": "0" * 64,
    "OIDC_CLIENT_SECRET": "1" * 64,
    "JUPYTERHUB_CRYPT_KEY": "2" * 64,
    "CONFIGPROXY_AUTH_TOKEN": "3" * 64,
    "WEBHOOK_SECRET": "whsec_" + "b2xk" * 10,
}


@pytest.fixture
def module(load: Any) -> Any:
    return load("hub_environment")


def problems(module: Any, environ: dict[str, str]) -> str:
    with pytest.raises(module.EnvironmentRefused) as refused:
        module.HubEnvironment.read(environ)
    return str(refused.value)


def test_good_environment_is_read(module: Any) -> None:
    environment = module.HubEnvironment.read(GOOD)
    assert environment.trial
    assert environment.var == Path("/copy")
    assert environment.portal_url == "https://portal.example.org"
    assert environment.portal_internal_url == environment.portal_url
    assert environment.idle_timeout == 3600
    assert environment.spawn_slots == 16
    assert not environment.open_metrics


def test_mode_is_production_unless_told(module: Any) -> None:
    assert not module.HubEnvironment.read(GOOD | {"SHAPARAK_MODE": "production"}).trial
    without = {name: value for name, value in GOOD.items() if name != "SHAPARAK_MODE"}
    assert not module.HubEnvironment.read(without).trial


@pytest.mark.parametrize(
    "name",
    [
        "PORTAL_URL",
        "HUB_URL",
        "JUPYTERHUB_API_TOKEN",
        "OIDC_CLIENT_SECRET",
        "JUPYTERHUB_CRYPT_KEY",
        "CONFIGPROXY_AUTH_TOKEN",
        "WEBHOOK_SECRET",
    ],
)
def test_what_is_missing_is_named(module: Any, name: str) -> None:
    without = {key: value for key, value in GOOD.items() if key != name}
    assert name in problems(module, without)
    assert name in problems(module, GOOD | {name: " "})


def test_published_token_is_refused(module: Any) -> None:
    told = problems(module, GOOD | {"JUPYTERHUB_API_TOKEN": "demo-token-shaparak-2025"})
    assert "JUPYTERHUB_API_TOKEN is a published token" in told


def test_published_token_in_a_file_is_refused_too(module: Any, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("demo-token-shaparak-2025\n")
    environ = GOOD | {"JUPYTERHUB_API_TOKEN_FILE": str(file)}
    del environ["JUPYTERHUB_API_TOKEN"]
    assert "published" in problems(module, environ)


def test_secret_may_come_in_a_file(module: Any, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("of the file\n")
    environ = GOOD | {"OIDC_CLIENT_SECRET_FILE": str(file)}
    del environ["OIDC_CLIENT_SECRET"]
    assert module.HubEnvironment.read(environ).oidc_client_secret == "of the file"


@pytest.mark.parametrize("content", [None, "", "\n"], ids=["missing", "empty", "blank"])
def test_file_without_a_secret_is_told_by_its_setting(
    module: Any, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_text(content)
    environ = GOOD | {"JUPYTERHUB_CRYPT_KEY_FILE": str(file)}
    del environ["JUPYTERHUB_CRYPT_KEY"]
    assert "JUPYTERHUB_CRYPT_KEY_FILE" in problems(module, environ)


def test_several_crypt_keys_are_generations(module: Any) -> None:
    environment = module.HubEnvironment.read(GOOD | {"JUPYTERHUB_CRYPT_KEY": "new; old;"})
    assert environment.crypt_keys == ("new", "old")


@pytest.mark.parametrize("value", ["0", "-5", "an hour", "1.5"])
def test_idle_timeout_is_a_number_of_seconds(module: Any, value: str) -> None:
    assert "IDLE_TIMEOUT" in problems(module, GOOD | {"IDLE_TIMEOUT": value})


def test_setting_that_is_empty_keeps_its_default(module: Any) -> None:
    environment = module.HubEnvironment.read(GOOD | {"IDLE_TIMEOUT": "", "HUB_OPEN_METRICS": ""})
    assert environment.idle_timeout == 3600
    assert not environment.open_metrics


def test_everything_wrong_is_told_at_once(module: Any) -> None:
    told = problems(module, {})
    assert all(name in told for name in GOOD if not name.startswith("SHAPARAK"))


def test_secrets_are_not_shown(module: Any) -> None:
    shown = repr(module.HubEnvironment.read(GOOD))
    assert not [value for name, value in GOOD.items() if len(value) == 64 and value in shown]


def test_hub_itself_ends_with_the_reasons_and_no_traceback() -> None:
    """The real Hub, since it is the one that reads the configuration."""
    hub = subprocess.run(
        [sys.executable, "-m", "jupyterhub", "-f", str(FOLDER / "jupyterhub_config.py")],
        env={"PATH": "/usr/bin:/bin", **GOOD, "JUPYTERHUB_API_TOKEN": "demo-token-shaparak-2025"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert hub.returncode != 0
    assert "published token" in hub.stderr
    assert "Traceback" not in hub.stderr


def test_of_webhook_secrets_there_may_be_several(module: Any) -> None:
    both = "whsec_" + "bmV3" * 10 + ", " + GOOD["WEBHOOK_SECRET"]
    environment = module.HubEnvironment.read(GOOD | {"WEBHOOK_SECRET": both})

    assert environment.webhook_secrets == ("whsec_" + "bmV3" * 10, "whsec_" + "b2xk" * 10)
    assert "bmV3" not in repr(environment)


@pytest.mark.parametrize(
    "secret", ["b2xk" * 10, "whsec_short", "whsec_" + "b2xk" * 7, "whsec_" + "é" * 40]
)
def test_a_webhook_secret_that_guards_nothing_is_refused(module: Any, secret: str) -> None:
    told = problems(module, GOOD | {"WEBHOOK_SECRET": f"{GOOD['WEBHOOK_SECRET']},{secret}"})
    assert "WEBHOOK_SECRET must be whsec_" in told
