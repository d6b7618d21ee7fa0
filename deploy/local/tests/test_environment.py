"""The parts' environment names secrets, and holds none."""

from pathlib import Path

import environ
import pytest

from deploy.local.environment import as_env_file, environment, settings
from deploy.local.trial import Trial

SECRETS = {"JUPYTERHUB_API_TOKEN": Path("/copy/secrets/JUPYTERHUB_API_TOKEN")}


@pytest.fixture
def trial() -> Trial:
    return Trial.read({"SHAPARAK_VAR": "/copy with $pace", "PORTAL_PORT": "9100"})


def test_secrets_are_named_by_their_files(trial: Trial) -> None:
    variables = environment({}, trial, SECRETS)
    assert variables["JUPYTERHUB_API_TOKEN_FILE"] == "/copy/secrets/JUPYTERHUB_API_TOKEN"
    assert "JUPYTERHUB_API_TOKEN" not in variables


def test_token_exported_for_another_hub_is_not_taken(trial: Trial) -> None:
    variables = environment({"JUPYTERHUB_API_TOKEN": "of-another-hub"}, trial, SECRETS)
    assert "of-another-hub" not in variables.values()


def test_settings_of_whoever_calls_are_passed_on(trial: Trial) -> None:
    variables = environment({"IDLE_TIMEOUT": "60", "PATH": "/bin"}, trial, SECRETS)
    assert variables["IDLE_TIMEOUT"] == "60"
    assert variables["PATH"] == "/bin"


def test_nothing_outside_turns_the_copy_into_another(trial: Trial) -> None:
    outside = {"SHAPARAK_MODE": "production", "PORTAL_URL": "https://portal.example.org"}
    variables = environment(outside, trial, SECRETS)
    assert variables["SHAPARAK_MODE"] == "trial"
    assert variables["PORTAL_URL"] == "http://localhost:9100"


def test_what_make_and_a_shells_venv_leave_is_dropped(trial: Trial) -> None:
    outside = {"MAKEFLAGS": "w", "VIRTUAL_ENV": "/elsewhere", "PYTHONPATH": "/elsewhere"}
    assert not set(outside) & set(environment(outside, trial, SECRETS))


def test_settings_file_says_the_same_to_the_portal(
    trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = settings(trial, SECRETS)
    file = tmp_path / "trial.env"
    file.write_text(as_env_file(expected))
    read: dict[str, str] = {}
    monkeypatch.setattr(environ.Env, "ENVIRON", read)
    environ.Env.read_env(file)
    assert read == expected
