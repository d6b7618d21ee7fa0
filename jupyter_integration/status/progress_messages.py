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
        (r"^JupyterLab is about to answer", _("The notebook is almost ready.")),
        # KubeSpawner; its pods' events are below.
        (
            r"^Server launch is taking longer",
            _("The start takes longer than usual and continues by itself."),
        ),
        # Other spawners.
        (r"pulling|pulled", _("The server's software is being fetched.")),
        (
            r"container .*(created|started)|(created|started) container",
            _("The server's container has started."),
        ),
        (r"assigned .*to|scheduled", _("A place for the server was found.")),
    )
)

# jupyterhub/pod_steps.py: an event of Kubernetes, by its reason.
_POD_EVENT = re.compile(r"^Pod event (?P<reason>\w*):")
_POD_EVENTS = {
    "FailedScheduling": _("Waiting for a free place for the server."),
    "TriggeredScaleUp": _("A machine is being added for the server. This takes some minutes."),
    "Scheduled": _("A place for the server was found."),
    "FailedAttachVolume": _("Waiting for your home folder."),
    "FailedMount": _("Waiting for your home folder."),
    "SuccessfulAttachVolume": _("Your home folder is ready."),
    "Pulling": _("The server's software is being fetched."),
    "Pulled": _("The server's software is ready."),
    "Created": _("The server's container was created."),
    "Started": _("The server's container has started."),
}
# A first home is made while its pod waits to be scheduled.
_WAITS_FOR_HOME = re.compile(r"^Pod event FailedScheduling:.*PersistentVolumeClaim", re.IGNORECASE)
_OTHER_POD_EVENT = _("The server is being prepared.")


def translate_hub_message(message: str) -> str:
    """Return the sentence for a message of the Hub.

    An unknown message is returned unchanged. An unknown event of a pod gives a general sentence:
    Kubernetes writes for administrators.
    """
    event = _POD_EVENT.search(message)
    if _WAITS_FOR_HOME.search(message):
        return str(_POD_EVENTS["FailedMount"])
    if event:
        return str(_POD_EVENTS.get(event["reason"], _OTHER_POD_EVENT))
    for pattern, sentence in _KNOWN:
        if pattern.search(message):
            return str(sentence)
    return message
