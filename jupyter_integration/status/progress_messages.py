"""The Hub's progress messages, in the reader's language."""

import re

from django.utils.translation import gettext_lazy as _

_KNOWN = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        # JupyterHub's own, of any spawner.
        (r"^Server requested", _("The server was requested.")),
        (r"^Spawning server|^Starting your server", _("The server is being created.")),
        (r"^Server ready at", _("The server is ready.")),
        # jupyterhub/start_steps.py
        (r"^Home folder is ready", _("Your home folder is ready.")),
        (r"^Server process has started", _("The server's process has started.")),
        (r"^Jupyter Server is loaded", _("The server is loaded.")),
        (r"^JupyterLab is loaded$", _("The notebook is loaded.")),
        (r"^JupyterLab is loading its ext", _("The notebook is loading its extensions.")),
        (r"^JupyterLab is about to answer", _("The notebook is about to answer.")),
        # DockerSpawner and KubeSpawner.
        (r"pulling|pulled", _("The server's software is being fetched.")),
        (
            r"container .*(created|started)|(created|started) container",
            _("The server's container has started."),
        ),
        (r"assigned .*to|scheduled", _("A place for the server was found.")),
    )
)


def translate_hub_message(message: str) -> str:
    """Return the sentence for a message of the Hub; an unknown message is returned unchanged."""
    for pattern, sentence in _KNOWN:
        if pattern.search(message):
            return str(sentence)
    return message
