"""Language of this user's server: the default of JupyterLab's setting, which people can change.

The default is a file of lab_defaults/ on Jupyter's path of configuration. The home is not touched,
so a language that a person chooses in JupyterLab wins for good, also after the portal's changes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

from lab_language import DEFAULT, LANGUAGES, VARIABLE

LAB_DEFAULTS = Path(__file__).resolve().parent / "lab_defaults"
CONFIG_PATH = "JUPYTER_CONFIG_PATH"
# JupyterLab's names of the languages.
LOCALES = {"fa": "fa_IR", "en": "en"}


def language_of(environ: MutableMapping[str, str]) -> str:
    """Return the language that the Hub gave, or the default if it gave none that we know."""
    language = environ.get(VARIABLE, DEFAULT)
    return language if language in LANGUAGES else DEFAULT


def set_default_language(language: str, environ: MutableMapping[str, str]) -> None:
    """Make this language JupyterLab's default. Call it before the server reads its settings."""
    paths = [str(LAB_DEFAULTS / language), environ.get(CONFIG_PATH, "")]
    environ[CONFIG_PATH] = os.pathsep.join(filter(None, paths))


def translate_menus(language: str) -> None:
    """Let the server translate its menus and settings into JupyterLab's default language.

    JupyterLab Server 2.28 reads the language from the person's own settings only, not from their
    default (`SchemaHandler.get_current_locale`). Without a choice it takes the process's locale,
    and the menus would stay English around a Persian page. Call it once JupyterLab is loaded.
    """
    for name in ("settings_utils", "translations_handler"):
        module = sys.modules[f"jupyterlab_server.{name}"]
        vars(module)["SYS_LOCALE"] = LOCALES[language]
