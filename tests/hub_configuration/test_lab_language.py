"""Language of a Lab: from the options of a start to JupyterLab's default."""

from __future__ import annotations

import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import User
from tests.hub_configuration.conftest import FOLDER


@pytest.fixture
def module(load: Any) -> Any:
    return load("lab_language")


def variable_after(module: Any, options: dict[str, Any]) -> str:
    spawner = SimpleNamespace(
        environment={"PATH": "/bin"}, log=logging.getLogger("hub"), _log_name="sara"
    )
    module.set_lab_language(spawner, options)
    assert spawner.environment.pop("PATH") == "/bin"
    [value] = spawner.environment.values()
    return str(value)


@pytest.mark.parametrize(("options", "language"), [({"language": "en"}, "en"), ({}, "fa")])
def test_start_sets_the_language(module: Any, options: dict[str, Any], language: str) -> None:
    assert variable_after(module, options) == language


@pytest.mark.parametrize("value", ["de", "../en", "en\n", "", None, 1, ["en"], {"en": "en"}])
def test_unknown_language_is_not_passed_on(module: Any, value: object) -> None:
    assert variable_after(module, {"language": value}) == "fa"


def test_earlier_start_leaves_the_next_no_language(module: Any) -> None:
    environment: dict[str, str] = {}
    spawner = SimpleNamespace(environment=environment)
    module.set_lab_language(spawner, {"language": "en"})
    module.set_lab_language(spawner, {})

    assert list(spawner.environment.values()) == ["fa"]
    assert environment == {}  # the configuration's own, which all spawners share


def test_lab_has_every_language_of_the_portal(load: Any, module: Any) -> None:
    assert (
        set(module.LANGUAGES) == set(User.Language.values) == set(load("server_language").LOCALES)
    )


@pytest.mark.parametrize("environ", [{}, {"SHAPARAK_LANGUAGE": "../../tmp"}])
def test_server_without_a_known_language_is_persian(load: Any, environ: dict[str, str]) -> None:
    assert load("server_language").language_of(environ) == "fa"


@pytest.mark.parametrize("language", User.Language.values)
def test_default_is_first_on_the_path_of_configuration(load: Any, language: str) -> None:
    server_language = load("server_language")
    environ = {"JUPYTER_CONFIG_PATH": "/etc/lab"}

    server_language.set_default_language(language, environ)

    folder, _, others = environ["JUPYTER_CONFIG_PATH"].partition(":")
    assert folder == str(FOLDER / "lab_defaults" / language)
    assert others == "/etc/lab"
    file = FOLDER / "lab_defaults" / language / "labconfig/default_setting_overrides.json"
    assert json.loads(file.read_text()) == {
        "@jupyterlab/translation-extension:plugin": {
            "locale": server_language.LOCALES[language],
        }
    }
