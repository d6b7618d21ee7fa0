"""Environment of the parts: it names the files of secrets, and has no secret."""

from pathlib import Path

import environ
import pytest

from deploy.local.environment import as_env_file, environment, settings
from deploy.local.trial import Trial

SECRETS = {"JUPYTERHUB_API_TOKEN": Path("/copy/secrets/JUPYTERHUB_API_TOKEN")}


@pytest.fixture
def trial() -> Trial:
    return Trial.read({"SHAPARAK_VAR": "/copy with $pace", "PORTAL_PORT": "9100"})


def test_secrets_are_passed_as_files(trial: Trial) -> None:
    variables = environment({}, trial, SECRETS)
    assert variables["JUPYTERHUB_API_TOKEN_FILE"] == "/copy/secrets/JUPYTERHUB_API_TOKEN"
    assert "JUPYTERHUB_API_TOKEN" not in variables
    assert variables["PORTAL_URL"] == "http://localhost:9100"


def test_caller_may_set_only_open_settings(trial: Trial) -> None:
    """Not those that the copy decides, nor a token of another Hub."""
    caller = {"IDLE_TIMEOUT": "60", "SHAPARAK_MODE": "production", "JUPYTERHUB_API_TOKEN": "other"}
    variables = environment(caller, trial, SECRETS)
    assert variables["IDLE_TIMEOUT"] == "60"
    assert variables["SHAPARAK_MODE"] == "trial"
    assert "other" not in variables.values()


def test_variables_of_make_and_venv_are_dropped(trial: Trial) -> None:
    caller = {"MAKEFLAGS": "w", "VIRTUAL_ENV": "/elsewhere", "PYTHONPATH": "/elsewhere"}
    assert not set(caller) & set(environment(caller, trial, SECRETS))


def test_env_file_has_the_same_settings(
    trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = settings(trial, SECRETS)
    file = tmp_path / "trial.env"
    file.write_text(as_env_file(expected))
    read: dict[str, str] = {}
    monkeypatch.setattr(environ.Env, "ENVIRON", read)
    environ.Env.read_env(file)
    assert read == expected
