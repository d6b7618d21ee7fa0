"""Language of a user's Lab: the person's language in the portal, until they choose one in the Lab.

The portal sends it with each start. The spawner gives it to the server as an environment variable,
and server_language.py makes it the default of JupyterLab's own setting.
"""

from __future__ import annotations

from typing import Any

from traitlets.config import Config

OPTION = "language"  # in the user_options of the portal's POST
VARIABLE = "SHAPARAK_LANGUAGE"
DEFAULT = "fa"
LANGUAGES = (DEFAULT, "en")


def configure_lab_language(c: Config) -> None:
    c.Spawner.apply_user_options = set_lab_language


def set_lab_language(spawner: Any, user_options: dict[str, Any]) -> None:
    """Set the server's environment variable. The options may be anything that is JSON.

    An unknown language is no reason to refuse a start: the server gets the default.
    """
    language = user_options.get(OPTION, DEFAULT)
    if language not in LANGUAGES:
        spawner.log.warning("%s: unknown language in the start's options", spawner._log_name)
        language = DEFAULT
    spawner.environment = {**spawner.environment, VARIABLE: language}
