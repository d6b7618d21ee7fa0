"""Environment of the Hub: it starts with all it needs, or reports every problem at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.socket_guard.server_limits import ServerLimits
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
REQUIRED = [name for name in GOOD if not name.startswith("SHAPARAK")]
PUBLISHED = "demo-token-shaparak-2025"


@pytest.fixture
def module(load: Any) -> Any:
    return load("hub_environment")


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in GOOD.items() if key != name}


def problems(module: Any, environ: dict[str, str]) -> str:
    with pytest.raises(module.EnvironmentRefused) as refused:
        module.HubEnvironment.read(environ)
    return str(refused.value)


def test_good_environment_is_read(module: Any) -> None:
    environment = module.HubEnvironment.read(GOOD | {"IDLE_TIMEOUT": "", "HUB_OPEN_METRICS": ""})
    assert environment.trial
    assert environment.var == Path("/copy")
    assert environment.portal_url == "https://portal.example.org"
    assert environment.portal_internal_url == environment.portal_url
    assert environment.idle_timeout == 3600
    assert environment.active_servers == ServerLimits.read({}).active_servers == 100
    assert environment.spawn_slots == 16
    assert not environment.open_metrics
    assert environment.lab_subdomains
    assert not [value for value in GOOD.values() if len(value) == 64 and value in repr(environment)]


def test_default_mode_is_production(module: Any) -> None:
    assert not module.HubEnvironment.read(without("SHAPARAK_MODE")).trial


@pytest.mark.parametrize("name", REQUIRED)
def test_blank_setting_is_reported(module: Any, name: str) -> None:
    assert name in problems(module, GOOD | {name: " "})


def test_all_missing_settings_are_reported_at_once(module: Any) -> None:
    reported = problems(module, {})
    assert [name for name in REQUIRED if name not in reported] == []


def test_secret_is_read_from_a_file(module: Any, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("of the file\n")
    environ = without("OIDC_CLIENT_SECRET") | {"OIDC_CLIENT_SECRET_FILE": str(file)}
    assert module.HubEnvironment.read(environ).oidc_client_secret == "of the file"


def test_published_token_in_a_file_is_refused(module: Any, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{PUBLISHED}\n")
    environ = without("JUPYTERHUB_API_TOKEN") | {"JUPYTERHUB_API_TOKEN_FILE": str(file)}
    assert "JUPYTERHUB_API_TOKEN is a published token" in problems(module, environ)


@pytest.mark.parametrize("content", [None, "\n"], ids=["missing", "blank"])
def test_file_without_a_secret_is_reported(
    module: Any, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_text(content)
    environ = without("JUPYTERHUB_CRYPT_KEY") | {"JUPYTERHUB_CRYPT_KEY_FILE": str(file)}
    assert "JUPYTERHUB_CRYPT_KEY_FILE" in problems(module, environ)


def test_several_crypt_keys_are_read(module: Any) -> None:
    environment = module.HubEnvironment.read(GOOD | {"JUPYTERHUB_CRYPT_KEY": "new; old;"})
    assert environment.crypt_keys == ("new", "old")


@pytest.mark.parametrize("value", ["false", "No", "OFF", "0"])
def test_own_names_of_servers_can_be_switched_off(module: Any, value: str) -> None:
    assert not module.HubEnvironment.read(GOOD | {"LAB_SUBDOMAINS": value}).lab_subdomains


def test_unclear_switch_is_refused(module: Any) -> None:
    assert "LAB_SUBDOMAINS must be true or false" in problems(
        module, GOOD | {"LAB_SUBDOMAINS": "perhaps"}
    )


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://[2001:db8::7]"])
def test_servers_have_no_names_below_an_ip_address(module: Any, url: str) -> None:
    address = GOOD | {"HUB_URL": url}
    assert "HUB_URL must have a host name" in problems(module, address)
    assert module.HubEnvironment.read(address | {"LAB_SUBDOMAINS": "false"}).hub_url == url


@pytest.mark.parametrize("name", ["PORTAL_URL", "HUB_URL"])
def test_address_is_taken_only_as_browsers_write_it(module: Any, name: str) -> None:
    written = problems(module, GOOD | {name: "https://دانشگاه.ایران:443/"})
    assert f"{name} must be written as browsers send it: https://xn--" in written
    assert f"{name} must be the address of a host" in problems(
        module, GOOD | {name: "https://hub_1.example.org"}
    )


@pytest.mark.parametrize("value", ["0", "-5", "an hour", "1.5"])
def test_number_of_servers_is_finite(module: Any, value: str) -> None:
    assert "ACTIVE_SERVER_LIMIT" in problems(module, GOOD | {"ACTIVE_SERVER_LIMIT": value})


@pytest.mark.parametrize("value", ["0", "-5", "an hour", "1.5"])
def test_idle_timeout_must_be_whole_seconds(module: Any, value: str) -> None:
    assert "IDLE_TIMEOUT" in problems(module, GOOD | {"IDLE_TIMEOUT": value})


def test_hub_exits_with_reasons_and_no_traceback() -> None:
    """Run the real Hub, since it is what reads the configuration."""
    hub = subprocess.run(
        [sys.executable, "-m", "jupyterhub", "-f", str(FOLDER / "jupyterhub_config.py")],
        env={"PATH": "/usr/bin:/bin", **GOOD, "JUPYTERHUB_API_TOKEN": PUBLISHED},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert hub.returncode != 0
    assert "published token" in hub.stderr
    assert "Traceback" not in hub.stderr


def test_several_webhook_secrets_are_read(module: Any) -> None:
    both = "whsec_" + "bmV3" * 10 + ", " + GOOD["WEBHOOK_SECRET"]
    environment = module.HubEnvironment.read(GOOD | {"WEBHOOK_SECRET": both})

    assert environment.webhook_secrets == ("whsec_" + "bmV3" * 10, "whsec_" + "b2xk" * 10)
    assert "bmV3" not in repr(environment)


def test_one_bad_webhook_secret_is_refused(module: Any) -> None:
    both = f"{GOOD['WEBHOOK_SECRET']},whsec_short"
    assert "WEBHOOK_SECRET must be whsec_" in problems(module, GOOD | {"WEBHOOK_SECRET": both})
