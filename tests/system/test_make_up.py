"""`make up`: its output, its parts and its files."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest

from jupyter_integration.testing.part import DidNotStart
from tests import hub_names
from tests.running_system import RunningSystem
from tests.system.hub import get_json, start_lab
from tests.system.parts import parts_of
from tests.system.process_table import environment_of, processes_of

pytestmark = pytest.mark.system


def test_all_parts_answer_when_make_up_is_ready(running_system: RunningSystem) -> None:
    components = get_json(f"{running_system.portal_url}/health/ready")["components"]
    # Readiness does not include the Hub: the portal learns its state at the first call.
    components.pop("hub")
    assert {name: part["status"] for name, part in components.items()} == dict.fromkeys(
        ["database", "cache", "worker", "spawn_worker", "beat"], "ok"
    )
    assert get_json(f"{running_system.hub_proxy_url}/hub/api") == get_json(
        running_system.hub_api_url
    )


def test_first_start_prints_addresses_and_password(running_system: RunningSystem) -> None:
    output = running_system.output
    assert running_system.portal_url in output
    assert running_system.hub_url in output
    assert str(running_system.var / "logs") in output
    assert running_system.administrator.username
    assert running_system.administrator.password
    assert "To stop" in output
    assert "no\nisolation between them" in output


def test_only_the_owner_can_read_secrets(running_system: RunningSystem) -> None:
    folder = running_system.var / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes == dict.fromkeys(
        [
            "CONFIGPROXY_AUTH_TOKEN",
            "JUPYTERHUB_API_TOKEN",
            "JUPYTERHUB_CRYPT_KEY",
            "OIDC_CLIENT_SECRET",
            "OIDC_PRIVATE_KEY",
            "SECRET_KEY",
            "WEBHOOK_SECRET",
        ],
        0o600,
    )


def test_logs_and_generated_files_have_no_secret(running_system: RunningSystem) -> None:
    var = running_system.var
    secrets = [file.read_text().strip() for file in (var / "secrets").iterdir()]
    generated = [var / "trial.env", *(var / "run").rglob("*"), *(var / "logs").rglob("*")]
    for file in generated:
        if file.is_file():
            content = file.read_text(errors="replace")
            assert not [secret for secret in secrets if secret in content], file
    assert not [secret for secret in secrets if secret in running_system.output]


def test_only_the_proxys_environment_has_a_secret(running_system: RunningSystem) -> None:
    secrets = {f.read_text().strip(): f.name for f in (running_system.var / "secrets").iterdir()}
    parts = parts_of(running_system)
    for pid in processes_of(running_system):
        found = {secrets[value] for value in environment_of(pid).values() if value in secrets}
        # It takes its secret only from the environment.
        assert found == ({"CONFIGPROXY_AUTH_TOKEN"} if pid == parts["proxy"] else set())


def test_users_server_has_clean_environment_and_home(
    running_system: RunningSystem,
) -> None:
    start_lab(running_system, "sara")
    home = running_system.var / "homes" / "sara"
    # Other users may have servers in this copy too.
    (environment,) = [
        environment
        for pid, command in processes_of(running_system).items()
        if "user_server.py" in command
        and (environment := environment_of(pid)).get("HOME") == str(home)
    ]
    secrets = {file.read_text().strip() for file in (running_system.var / "secrets").iterdir()}
    assert not secrets & set(environment.values())
    assert not [name for name in environment if name.endswith("_FILE")]
    assert {name for name in environment if not name.startswith(("JUPYTER", "JPY"))} <= {
        *("SHAPARAK_LANGUAGE", "SHAPARAK_PORTAL_URL"),
        *("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "SHELL", "TZ", "USER"),
    }
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_hub_error_page_is_persian(running_system: RunningSystem) -> None:
    response = hub_names.session().get(f"{running_system.hub_url}/hub/nothing-here", timeout=10)
    page = response.text
    assert response.status_code == 404
    assert '<html lang="fa" dir="rtl">' in page
    assert f'href="{running_system.portal_url}/dashboard/"' in page
    assert "//" not in page.replace(running_system.portal_url, "")


@pytest.mark.parametrize(("offset", "setting"), [(0, "PORTAL_PORT"), (3, "HUB_PORT")])
def test_taken_port_is_reported_with_its_setting(tmp_path: Path, offset: int, setting: str) -> None:
    copy = RunningSystem(tmp_path / "var")
    with socket.create_server(("127.0.0.1", copy.ports[offset])), pytest.raises(DidNotStart):
        copy.bring_up()
    shown = [line for line in copy.output.splitlines() if str(copy.ports[offset]) in line]
    assert len(shown) == 1
    assert f"Set {setting}" in shown[0]
    assert "Traceback" not in copy.output


def test_second_copy_on_one_folder_is_refused(running_system: RunningSystem) -> None:
    # A separate file for its output, since the default is that of the first copy.
    second = RunningSystem(running_system.var, output="second.output")
    with pytest.raises(DidNotStart, match="SHAPARAK_VAR"):
        second.bring_up()


def test_failing_preparation_shows_its_reason(tmp_path: Path) -> None:
    database = tmp_path / "no-such-folder" / "portal.sqlite3"
    copy = RunningSystem(tmp_path / "var", {"DATABASE_URL": f"sqlite:///{database}"})
    with pytest.raises(DidNotStart, match="unable to open database file"):
        copy.bring_up()
    assert not processes_of(copy)
