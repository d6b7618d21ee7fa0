"""The Hub's progress messages, in the reader's language."""

import re

from django.utils.translation import gettext_lazy as _

_KNOWN = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        (r"^Server requested", _("The server was requested.")),
        (r"^Server ready at", _("The server is ready.")),
        (r"^Spawning server", _("The server is being created.")),
        (r"^Cluster|^Starting your server", _("The server is being created.")),
        (r"^Pulling|^Pulled", _("The server's software is being fetched.")),
        (r"^Started container|^Created container", _("The server's container has started.")),
    )
)


def translate_hub_message(message: str) -> str:
    """Return the sentence for a message of the Hub; words we do not know are shown as they are."""
    for pattern, sentence in _KNOWN:
        if pattern.search(message):
            return str(sentence)
    return message
